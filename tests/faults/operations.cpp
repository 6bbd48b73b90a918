// SPDX-License-Identifier: MIT
#include "operations.hpp"

#include "hdf5_sample.hpp"

namespace faults {

cshm_status Build::declare(cshm_error *err) {
  const int64_t shape[] = {6, 3, 4};
  const double value = 0.5;
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  options.overwrite = overwrite ? 1 : 0;
  options.lifetime = lifetime;
  options.sealed = sealed ? 1 : 0;
  cshm_status status = cshm_builder_open(store, project, &options, &builder, err);
  if (!status) status = cshm_builder_array(builder, "a", "<f8", 1, shape, CSHM_ORDER_C, nullptr, err);
  if (!status) status = cshm_builder_array(builder, "b/b1", "<f8", 2, shape + 1, CSHM_ORDER_C, nullptr, err);
  if (!status) status = cshm_builder_group(builder, "b/empty", err);
  if (!status) status = cshm_builder_attribute(builder, "a", "scale", "<f8", 0, nullptr, &value, sizeof value, err);
  return status;
}

cshm_status Build::fill(cshm_error *err) {
  double values[12];
  void *memory = nullptr;
  std::iota(values, values + 6, first);
  cshm_status status = cshm_builder_allocate(builder, err);
  if (!status) status = cshm_builder_write(builder, 0, 0, values, 6 * sizeof(double), err);
  std::iota(values, values + 12, first + 100);
  if (status || sealed) return status ? status : cshm_builder_write(builder, 1, 0, values, sizeof values, err);
  status = cshm_builder_map(builder, 1, &memory, nullptr, err);
  if (status) return status;
  std::memcpy(memory, values, sizeof values);
  return CSHM_OK;
}

cshm_status Build::publish(cshm_error *err) {
  const cshm_status status = cshm_builder_publish(builder, attach ? &attachment : nullptr, err);
  if (!status) builder = {0};
  return status;
}

cshm_status Build::all(cshm_error *err) {
  cshm_status status = declare(err);
  if (!status) status = fill(err);
  return status ? status : publish(err);
}

void Build::give_back() {
  if (attachment.id != 0) (void)cshm_detach(attachment, nullptr);
  if (builder.id != 0) (void)cshm_builder_abort(builder, nullptr);
  attachment = {0};
  builder = {0};
}

void unlink_if_there(cshm_store store, const std::string &project) {
  Error err;
  const cshm_status status = cshm_unlink(store, project.c_str(), err);
  if (status != CSHM_ERR_NOT_FOUND) REQUIRE_OK(status, err);
}

Operation creating(const Store &store, Build &build, const std::string &name) {
  Operation operation;
  operation.name = name;
  operation.project = unique_name("fault");
  operation.before = "none";
  operation.after = "7";
  build.store = store;
  operation.clear = [&store, &build, project = operation.project] {
    build.project = project.c_str();
    unlink_if_there(store, project);
  };
  operation.run = [&build](cshm_error *err) { return build.all(err); };
  operation.give_back = [&build] { build.give_back(); };
  operation.look = [&store, project = operation.project] { return state_of(store, project); };
  return operation;
}

Operation overwriting(const Store &store, cshm_store other, Build &build, const std::string &name) {
  Operation operation = creating(store, build, name);
  operation.before = "1";
  build.overwrite = true;
  operation.prepare = [other, project = operation.project] { share_sample(other, project, 1); };
  return operation;
}

Operation loading(const Store &store, Build &build, const std::string &name, bool overwrite, bool isolate) {
  Operation operation = overwrite ? overwriting(store, store, build, name) : creating(store, build, name);
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.overwrite = overwrite ? 1 : 0;
  options.isolate = isolate ? 1 : 0;
  operation.run = [&store, options, file = make_hdf5_sample(store.folder()),
                   project = operation.project](cshm_error *err) {
    return cshm_hdf5_load(store, project.c_str(), file.c_str(), &options, nullptr, err);
  };
  return operation;
}

} // namespace faults
