// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/init/services.h"

#include "kernel/abi/call.h"
#include "kernel/arch/boot_info.h"
#include "kernel/arch/log.h"
#include "kernel/init/elf.h"
#include "kernel/lib/bytes.h"
#include "kernel/object/capability.h"
#include "kernel/object/well_known.h"

namespace kernel {

namespace {

// Where a service finds its heap and its first stack, counted from the megabyte its image begins in. The stack keeps
// clear of the stacks that the runtime makes for the service's gates (from 0x800'0000'0000 on).
constexpr uint64_t kHeapDistance = 0x1'0000'0000;
constexpr uint64_t kStackDistance = 0x700'0000'0000;
constexpr uint64_t kFirstStackBytes = 64 * 1024;
constexpr uint64_t kImageAlignment = 0x1'0000;
constexpr uint32_t kStackListLength = 256;

bool is_named(const asx::BootModule& module, const char* name) {
  unsigned i = 0;
  while (name[i] != 0 && module.name[i] == name[i]) ++i;
  return name[i] == 0 && module.name[i] == 0;
}

/// The first characters of the module's name that leave room for the suffix, and the suffix.
void set_name(Space::Options& options, const asx::BootModule& module, const char* suffix) {
  unsigned suffix_length = 0;
  while (suffix[suffix_length] != 0) ++suffix_length;
  const unsigned room = sizeof options.name - 1 - suffix_length;
  unsigned length = 0;
  for (; length < room && module.name[length] != 0; ++length) options.name[length] = module.name[length];
  for (unsigned i = 0; i < suffix_length; ++i) options.name[length + i] = suffix[i];
}

Result<Space*> make_space(const asx::BootModule& module, uint32_t flags, uint32_t list_length, uint32_t authority) {
  Space::Options options{};
  options.flags = flags;
  options.list_length = list_length;
  options.authority = authority;
  options.quota = &first_quota();
  set_name(options, module, (flags & asx::kSpaceCode) != 0 ? "" : ".stack");
  return Space::create(options);
}

/// In a common list the slot has been filled for the first service.
Status fill_slot(Space& code, uint32_t index, const AccessListEntry& entry) {
  const Status status = code.insert_entry(index, entry).status();
  return status == Status::Exists && has_common_list() ? Status::Ok : status;
}

/// The slots every service finds filled (kernel/abi/call.h).
Status fill_lists(Space& code, Space& stack) {
  const WellKnown& known = well_known();
  Status status = fill_slot(code, hop::kKernelGate, gate_entry(known.kernel_gate, 0));
  if (status == Status::Ok && known.names_gate.space != 0) {
    status = fill_slot(code, hop::kNamesGate, gate_entry(known.names_gate, 0));
  }
  if (status == Status::Ok) status = code.grant_self();
  const uint32_t self_stack = Selector{hop::kSelfStack}.index(AccessList::selector_bits);
  if (status == Status::Ok) status = stack.insert_entry(self_stack, space_entry(stack, hop::kRightAll)).status();
  return status;
}

Status start_in(Space& code, Space& stack, const asx::BootModule& module) {
  if (const Status status = fill_lists(code, stack); status != Status::Ok) return status;
  const Result<Image> image = load_image(code, {module.start}, module.size);
  if (!image) return image.status();
  const uint64_t base = round_down(image.value().start, kImageAlignment);
  const uint64_t stack_top = base + kStackDistance;
  const Range stack_range{stack_top - kFirstStackBytes, stack_top};
  if (stack_top > kSpaceLimit) return Status::Invalid;
  const Status status = code.map(stack_range, hop::kProtectRead | hop::kProtectWrite);
  if (status != Status::Ok) return status;
  ThreadStart start{};
  start.code = &code;
  start.stack = &stack;
  start.rip = image.value().entry;
  start.rsp = stack_top;
  start.rdi = base + kHeapDistance;
  start.quota = &code.quota();
  const Result<Thread*> thread = create_thread(start);
  if (!thread) return thread.status();
  if (is_named(module, "names")) well_known().names_space = code.id();
  scheduler().make_ready(*thread.value());
  return Status::Ok;
}

Status start_service(const asx::BootModule& module) {
  const Result<Space*> code = make_space(module, asx::kSpaceCode, AccessList::longest(), module.authority);
  if (!code) return code.status();
  const Result<Space*> stack = make_space(module, asx::kSpaceStack, kStackListLength, 0);
  Status status = stack.status();
  if (stack) {
    status = start_in(*code.value(), *stack.value(), module);
    if (status != Status::Ok) Space::destroy(*stack.value());
  }
  if (status != Status::Ok) Space::destroy(*code.value());
  return status;
}

}  // namespace

void start_services() {
  const asx::BootInfo& info = boot_info();
  for (unsigned i = 0; i < info.module_count; ++i) {
    const asx::BootModule& module = info.modules[i];
    if (module.kind != asx::ModuleKind::Service) continue;
    if (const Status status = start_service(module); status != Status::Ok) {
      log("kernel: cannot start ", Text{module.name, sizeof module.name}, ": status ", static_cast<int>(status), "\n");
      continue;
    }
    if (!is_named(module, "names")) continue;
    const Result<uint64_t> ready = wait(well_known().names_ready, kNoDeadline);
    if (!ready) return;
  }
}

}  // namespace kernel
