/* SPDX-License-Identifier: MIT */
#include "manifest.h"

const struct manifest_syntax *const cshm__manifest_syntaxes[] = {&cshm__manifest_yaml, NULL};
