/*
 * SPDX-License-Identifier: MIT
 */
#include "progress.h"

int32_t cshm_py_progress(void *user, uint64_t done, uint64_t total) {
  PyGILState_STATE gil = PyGILState_Ensure();
  int32_t cancel = 0;
  if (user) {
    PyObject *result =
        PyObject_CallFunction((PyObject *)user, "KK", (unsigned long long)done, (unsigned long long)total);
    cancel = !result;
    Py_XDECREF(result);
  }
  if (!cancel) cancel = PyErr_CheckSignals() != 0;
  PyGILState_Release(gil);
  return cancel;
}
