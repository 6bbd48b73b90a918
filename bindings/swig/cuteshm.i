/*
 * SWIG interface of libcuteshm. The header is the one source: this file only names it, so that
 * `swig -python` (the module) and `swig -xml` (fed to the Julia generator) read the same thing.
 * What one language needs is in a file of that language's own.
 *
 * SPDX-License-Identifier: MIT
 */
%module(package="cute_shm", threads="1") core

%{
#include <cuteshm/cuteshm.h>
%}

%include <stdint.i>

#ifdef SWIGPYTHON
%include "python.i"
#endif

%include <cuteshm/cuteshm.h>
