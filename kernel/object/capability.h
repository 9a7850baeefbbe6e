// SPDX-License-Identifier: GPL-2.0-or-later
// A caller's selector, resolved in the caller's own sets: the checks of the hardware, made by the kernel.
#pragma once
#include "kernel/object/event_source.h"
#include "kernel/object/space.h"
#include "kernel/object/thread.h"

namespace kernel {

/// Who called: the spaces in the top frame of the current thread.
struct Caller {
  Thread& thread;
  Space& code;
  Space& stack;
};

/// An entry that is valid and alive. For kind Space and Gate, `space` is the space or the gate's space.
struct Capability {
  AccessListEntry entry = {};
  Space* space = nullptr;

  [[nodiscard]] EntryKind kind() const { return entry.kind; }
  [[nodiscard]] bool has_rights(uint64_t rights) const { return (rights_of_flags(entry.flags) & rights) == rights; }
  [[nodiscard]] GateName gate_name() const { return {entry.space_id, entry.space_generation, entry.gate_index}; }
  /// A copy with at most these rights, to be put into a list.
  [[nodiscard]] AccessListEntry with_rights(uint64_t rights) const;
};

/// A gate that is open.
struct ResolvedGate {
  GateName name;
  Space* space = nullptr;
  asx::Gate* gate = nullptr;
};

/// BadHandle: the selector names nothing any more, or never did.
Result<Capability> resolve(const Caller& caller, uint64_t selector);
/// The same, of kind Space with the rights asked for. NotPermitted.
Result<Space*> resolve_space(const Caller& caller, uint64_t selector, uint64_t rights);
Result<ResolvedGate> resolve_gate(const Caller& caller, uint64_t selector, uint64_t rights);
/// The same, of kind Object, and an object of that kind.
Result<Object*> resolve_object(const Caller& caller, uint64_t selector, ObjectKind kind, uint64_t rights);
/// Of an event source, write is the right to signal it, read the right to wait for it.
Result<EventSource*> resolve_event(const Caller& caller, uint64_t selector, uint64_t rights);

/// Entries for the kernel's own use.
[[nodiscard]] AccessListEntry space_entry(const Space& space, uint64_t rights);
[[nodiscard]] AccessListEntry gate_entry(const GateName& gate, uint64_t rights);
[[nodiscard]] AccessListEntry object_entry(Object& object, uint64_t rights);

}  // namespace kernel
