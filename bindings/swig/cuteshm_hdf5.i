/*
 * SWIG interface of libcuteshm_hdf5: a module of its own, so that those who only attach load no libhdf5.
 *
 * SPDX-License-Identifier: MIT
 */
%module(package="cute_shm", threads="1") hdf5

%{
#include <cuteshm/hdf5.h>
%}

%import "cuteshm.i"

#ifdef SWIGPYTHON
%include "python_hdf5.i"
#endif

%include <cuteshm/hdf5.h>
