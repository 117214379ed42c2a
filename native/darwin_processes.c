/* What macOS tells about processes. See austin_shim.h. */
#include "austin_shim.h"

#include <libproc.h>
#include <mach/mach.h>
#include <string.h>

/* <mach/mach_vm.h>, which not every compiler's headers have. */
extern kern_return_t mach_vm_read_overwrite(vm_map_read_t task, mach_vm_address_t address,
                                            mach_vm_size_t size, mach_vm_address_t local,
                                            mach_vm_size_t *copied);
extern kern_return_t mach_vm_region(vm_map_read_t task, mach_vm_address_t *address,
                                    mach_vm_size_t *size, vm_region_flavor_t flavor,
                                    vm_region_info_t info, mach_msg_type_number_t *count,
                                    mach_port_t *object_name);

/* <sys/codesign.h>, which is not public. */
extern int csops(pid_t pid, unsigned int operation, void *into, size_t size);
#define CS_OPS_STATUS 0

/* Bytes of a path. */
#define PATH_SIZE 1024

/* <mach-o/dyld_images.h>: dyld_all_image_infos as far as it is needed, and dyld_image_info. */
struct image_list {
  uint32_t version;
  uint32_t count;
  uint64_t images;
};
struct image {
  uint64_t address;
  uint64_t path;
  uint64_t modified;
};

static int copy(mach_port_t task, uint64_t address, void *into, uint64_t size) {
  mach_vm_size_t copied = 0;
  return mach_vm_read_overwrite(task, address, size, (mach_vm_address_t)(uintptr_t)into,
                                &copied) == KERN_SUCCESS;
}

/* Bytes of a string that may be the last thing in a page; 0 when it cannot be read. */
static uint64_t copy_path(mach_port_t task, uint64_t address, uint8_t *into, uint64_t room) {
  uint64_t length = 0;
  while (length < room) {
    uint64_t step = 64 - (address + length) % 64;
    if (step > room - length)
      step = room - length;
    if (!copy(task, address + length, into + length, step))
      return 0;
    const uint8_t *end = memchr(into + length, 0, step);
    if (end != NULL)
      return (uint64_t)(end - into);
    length += step;
  }
  return length;
}

/* Bytes that are mapped from an address on, in the region that it lies in. */
static uint64_t mapped_size(mach_port_t task, uint64_t address) {
  mach_vm_address_t start = address;
  mach_vm_size_t size = 0;
  vm_region_basic_info_data_64_t info;
  mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
  mach_port_t object_name = MACH_PORT_NULL;
  if (mach_vm_region(task, &start, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&info,
                     &count, &object_name) != KERN_SUCCESS ||
      start > address)
    return 0;
  return start + size - address;
}

/* While the loader changes its list there is none: the pointer is zero. */
int32_t austin_list_modules(int32_t process, uint8_t *into, int32_t size) {
  mach_port_t task = (mach_port_t)process;
  task_dyld_info_data_t dyld;
  mach_msg_type_number_t count = TASK_DYLD_INFO_COUNT;
  struct image_list list;
  if (task_info(task, TASK_DYLD_INFO, (task_info_t)&dyld, &count) != KERN_SUCCESS)
    return AUSTIN_GONE;
  if (!copy(task, dyld.all_image_info_addr, &list, sizeof list) || list.images == 0)
    return 0;
  int32_t at = 0;
  for (uint32_t i = 0; i < list.count; i++) {
    struct austin_module *record = (struct austin_module *)(into + at);
    struct image image;
    if (size - at < (int32_t)sizeof *record + PATH_SIZE ||
        !copy(task, list.images + i * sizeof image, &image, sizeof image))
      break;
    record->address = image.address;
    record->size = mapped_size(task, image.address);
    record->path_size = copy_path(task, image.path, (uint8_t *)(record + 1), PATH_SIZE);
    if (record->size > 0)
      at += (int32_t)(sizeof *record + ((record->path_size + 7) & ~7ULL));
  }
  return at;
}

double austin_resident_memory(int32_t process) {
  mach_task_basic_info_data_t info;
  mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
  if (task_info((mach_port_t)process, MACH_TASK_BASIC_INFO, (task_info_t)&info, &count) !=
      KERN_SUCCESS)
    return -1;
  return (double)info.resident_size;
}

static int describe_thread(mach_port_t thread, struct austin_thread *record) {
  thread_identifier_info_data_t identity;
  mach_msg_type_number_t count = THREAD_IDENTIFIER_INFO_COUNT;
  thread_basic_info_data_t basic;
  mach_msg_type_number_t basic_count = THREAD_BASIC_INFO_COUNT;
  if (thread_info(thread, THREAD_IDENTIFIER_INFO, (thread_info_t)&identity, &count) !=
          KERN_SUCCESS ||
      thread_info(thread, THREAD_BASIC_INFO, (thread_info_t)&basic, &basic_count) !=
          KERN_SUCCESS)
    return 0;
  record->id = identity.thread_id;
  record->runs = basic.run_state == TH_STATE_RUNNING;
  return 1;
}

int32_t austin_list_threads(int32_t process, uint8_t *into, int32_t size) {
  thread_act_array_t threads;
  mach_msg_type_number_t count;
  int32_t at = 0;
  if (task_threads((mach_port_t)process, &threads, &count) != KERN_SUCCESS)
    return AUSTIN_GONE;
  for (mach_msg_type_number_t i = 0; i < count; i++) {
    struct austin_thread *record = (struct austin_thread *)(into + at);
    if (size - at >= (int32_t)sizeof *record && describe_thread(threads[i], record))
      at += (int32_t)sizeof *record;
    mach_port_deallocate(mach_task_self(), threads[i]);
  }
  vm_deallocate(mach_task_self(), (vm_address_t)threads, count * sizeof *threads);
  return at;
}

int32_t austin_list_children(int32_t pid, uint8_t *into, int32_t size) {
  int32_t written = proc_listpids(PROC_PPID_ONLY, (uint32_t)pid, into, size);
  return written < 0 ? AUSTIN_FAILED : written;
}

int32_t austin_code_flags(int32_t pid) {
  uint32_t flags = 0;
  return csops(pid, CS_OPS_STATUS, &flags, sizeof flags) == 0 ? (int32_t)(flags & 0x7fffffff) : -1;
}
