/* SPDX-License-Identifier: MIT */
#include "manifest.h"

const struct manifest_syntax *const cshm__manifest_syntaxes[MANIFEST_SYNTAXES] = {&cshm__manifest_yaml,
                                                                                  &cshm__manifest_toml};
