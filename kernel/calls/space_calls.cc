// SPDX-License-Identifier: GPL-2.0-or-later
// Spaces and their memory.
#include "kernel/calls/arguments.h"

namespace kernel::calls {

namespace {

void copy_name(char (&name)[16], uint64_t low, uint64_t high) {
  for (unsigned i = 0; i < 8; ++i) {
    name[i] = static_cast<char>(low >> (8 * i));
    name[8 + i] = static_cast<char>(high >> (8 * i));
  }
}

}  // namespace

Reply space_create(const Caller& caller, const Arguments& arguments) {
  const uint64_t flags = arguments[0] & 0xffffffff, list_length = arguments[1];
  const auto authority = static_cast<uint32_t>(arguments[0] >> 32);
  if (flags == 0 || (flags & ~uint64_t{asx::kSpaceCode | asx::kSpaceStack}) != 0) return Status::Invalid;
  if (list_length == 0 || list_length > AccessList::longest()) return Status::Invalid;
  if (!caller.code.has_authority(authority)) return Status::NotPermitted;
  Space::Options options{};
  options.authority = authority;
  options.quota = &caller.code.quota();
  options.flags = static_cast<uint32_t>(flags);
  options.list_length = static_cast<uint32_t>(list_length);
  copy_name(options.name, arguments[2], arguments[3]);
  const Result<Space*> space = Space::create(options);
  if (!space) return space.status();
  const Reply reply = give_to_caller(caller, space_entry(*space.value(), hop::kRightAll));
  if (reply.value < 0) Space::destroy(*space.value());
  return reply;
}

Reply space_destroy(const Caller& caller, const Arguments& arguments) {
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  const uint32_t id = space.value()->id();
  Space::destroy(*space.value());
  abandon_space(id);
  return Status::Ok;
}

Reply space_map(const Caller& caller, const Arguments& arguments) {
  const uint64_t offset = arguments[1], length = arguments[2];
  const uint64_t protection = arguments[3] & ~hop::kMapPaged;
  const RegionKind kind = protection == arguments[3] ? RegionKind::Memory : RegionKind::Paged;
  if (!is_range(offset, length) || !is_protection(protection)) return Status::Invalid;
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  return space.value()->map({offset, offset + length}, protection, kind);
}

Reply space_unmap(const Caller& caller, const Arguments& arguments) {
  const uint64_t offset = arguments[1], length = arguments[2];
  if (!is_range(offset, length)) return Status::Invalid;
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  return space.value()->unmap({offset, offset + length});
}

Reply space_discard(const Caller& caller, const Arguments& arguments) {
  const uint64_t offset = arguments[1], length = arguments[2];
  if (!is_range(offset, length)) return Status::Invalid;
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  return space.value()->discard({offset, offset + length});
}

Reply space_protect(const Caller& caller, const Arguments& arguments) {
  const uint64_t offset = arguments[1], length = arguments[2], protection = arguments[3];
  if (!is_range(offset, length) || !is_protection(protection)) return Status::Invalid;
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  return space.value()->protect({offset, offset + length}, protection);
}

Reply space_share(const Caller& caller, const Arguments& arguments) {
  const uint64_t offset = arguments[1], source_offset = arguments[3], length = arguments[4], protection = arguments[5];
  if (!is_range(offset, length) || !is_range(source_offset, length) || !is_protection(protection)) {
    return Status::Invalid;
  }
  const Result<Space*> target = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!target) return target.status();
  uint64_t needed = hop::kRightRead;
  if ((protection & hop::kProtectWrite) != 0) needed |= hop::kRightWrite;
  const Result<Space*> source = resolve_space(caller, arguments[2], needed);
  if (!source) return source.status();
  return target.value()->share_from(*source.value(), {source_offset, source_offset + length}, offset, protection);
}

Reply space_copy(const Caller& caller, const Arguments& arguments) {
  const uint64_t offset = arguments[1], source_offset = arguments[3], length = arguments[4];
  if (!is_range(offset, length) || !is_range(source_offset, length)) return Status::Invalid;
  const Result<Space*> target = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!target) return target.status();
  const Result<Space*> source = resolve_space(caller, arguments[2], hop::kRightRead);
  if (!source) return source.status();
  return target.value()->copy_from(*source.value(), {source_offset, source_offset + length}, offset);
}

Reply space_supply(const Caller& caller, const Arguments& arguments) {
  const uint64_t offset = arguments[1], source_offset = arguments[3], length = arguments[4];
  if (!is_range(offset, length) || !is_range(source_offset, length)) return Status::Invalid;
  if (arguments[5] > static_cast<uint64_t>(hop::Supply::Copy)) return Status::Invalid;
  const auto mode = static_cast<hop::Supply>(arguments[5]);
  const Result<Space*> target = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!target) return target.status();
  uint64_t needed = hop::kRightRead;
  if (mode == hop::Supply::Write) needed |= hop::kRightWrite;
  const Result<Space*> source = resolve_space(caller, arguments[2], needed);
  if (!source) return source.status();
  if (source.value() == target.value()) return Status::Invalid;
  const Result<uint64_t> done =
      target.value()->supply_from(*source.value(), {source_offset, source_offset + length}, offset, mode);
  if (!done) return done.status();
  return Reply(static_cast<int64_t>(done.value()));
}

Reply space_move(const Caller& caller, const Arguments& arguments) {
  const uint64_t old_offset = arguments[1], new_offset = arguments[2], length = arguments[3];
  if (!is_range(old_offset, length) || !is_range(new_offset, length)) return Status::Invalid;
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  return space.value()->move({old_offset, old_offset + length}, new_offset);
}

Reply space_set_syscall(const Caller& caller, const Arguments& arguments) {
  const uint64_t selector = arguments[1];
  if (selector > 0x7fff) return Status::Invalid;
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  if (!space.value()->is_code()) return Status::Invalid;
  space.value()->set_syscall_selector(static_cast<uint32_t>(selector));
  return Status::Ok;
}

Reply space_set_pager(const Caller& caller, const Arguments& arguments) {
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  GateName pager{};
  if (arguments[1] != 0) {
    const Result<ResolvedGate> gate = resolve_gate(caller, arguments[1], 0);
    if (!gate) return gate.status();
    pager = gate.value().name;
    if (gate.value().gate->stack_policy != asx::StackPolicy::Pool) return Status::Invalid;
  }
  space.value()->set_pager(pager);
  return Status::Ok;
}

Reply space_set_fault_gate(const Caller& caller, const Arguments& arguments) {
  const Result<Space*> space = resolve_space(caller, arguments[0], hop::kRightControl);
  if (!space) return space.status();
  const Result<ResolvedGate> gate = resolve_gate(caller, arguments[1], 0);
  if (!gate) return gate.status();
  if (!space.value()->is_code()) return Status::Invalid;
  space.value()->set_fault_gate(gate.value().name);
  return Status::Ok;
}

}  // namespace kernel::calls
