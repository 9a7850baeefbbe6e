// SPDX-License-Identifier: GPL-2.0-or-later
// The structures of ASX that lie in physical memory: written by the kernel, read (and partly written) by the hardware.
// All are little-endian, naturally aligned, and addressed physically. Manual chapter 2 describes each field.
#pragma once
#include <cstddef>
#include <cstdint>

namespace asx {

/// SpaceDescriptor::flags.
enum SpaceFlag : uint32_t {
  kSpaceValid = 1u << 0,
  kSpaceCode = 1u << 1,        ///< may be loaded as code space (gate target)
  kSpaceStack = 1u << 2,       ///< may be loaded as stack space (narrow, thread start)
  kSpacePrivileged = 1u << 3,  ///< code running from it may use the privileged instructions
  kSpaceIo = 1u << 4,          ///< its pages may name device registers outside RAM
};

/// One space. The space table is an array of these; index 0 is never valid.
struct SpaceDescriptor {
  uint32_t flags;
  uint32_t generation;       ///< bumped when the space dies; every reference stores the one it saw
  uint64_t page_table_root;  ///< physical address of a 4-level x86-64 PML4, 4 KiB aligned
  uint64_t list;             ///< physical address of the access list it designates (its half)
  uint32_t list_length;      ///< entries in the list, entry 0 included
  uint32_t gate_count;
  uint64_t gate_table;        ///< physical address of Gate[gate_count]
  uint32_t syscall_selector;  ///< selector in this space's code half that `syscall` calls; 0 = none
  uint32_t authority;         ///< compared with Gate::required_authority
  char name[16];              ///< for people and tools; the hardware ignores it; NUL-padded
};
static_assert(sizeof(SpaceDescriptor) == 64);

/// AccessListEntry::flags. Bits 16-31 are free for software.
enum EntryFlag : uint32_t {
  kEntryValid = 1u << 0,
  kEntryRead = 1u << 4,
  kEntryWrite = 1u << 5,
};
/// AccessListEntry::kind.
enum class EntryKind : uint32_t {
  None = 0,
  Space = 1,
  Gate = 2,
  Object = 3 /* kernel object: refused by all instructions */
};

/// One slot of a half. Entry 0 is implied (the space that designates the list) and its memory is ignored.
struct AccessListEntry {
  uint32_t flags;
  EntryKind kind;
  uint32_t slot_generation;   ///< compared with the generation bits of the selector
  uint32_t space_id;          ///< the space, or the space whose gate table holds the gate
  uint32_t space_generation;  ///< of that space, as seen when the entry was granted
  uint32_t gate_index;
  uint64_t object;  ///< kind Object: the kernel's own; ignored by the hardware
};
static_assert(sizeof(AccessListEntry) == 32);

enum GateFlag : uint32_t { kGateValid = 1u << 0 };

/// What a gate does with RSP and the FS base.
enum class StackPolicy : uint32_t {
  Keep = 0,    ///< the caller's stay
  Pool = 1,    ///< taken from Gate::pool, given back by gret
  Thread = 2,  ///< the thread's kernel stack; kept when the source already runs in the gate's space
};

/// An entry point into a code space.
struct Gate {
  uint32_t flags;
  StackPolicy stack_policy;
  uint64_t entry;                ///< offset in the code space
  uint64_t parameter;            ///< arrives in R11
  uint32_t required_authority;   ///< every bit must be set in the source space's authority
  uint32_t minimum_free_frames;  ///< frames that must remain free above the reserve after the call
  uint32_t event_mask;           ///< ORed into the event mask on entry
  uint32_t ceiling;              ///< for software: who runs behind this gate has at least this priority
  uint64_t pool;                 ///< physical address of a StackPool (policy Pool)
  uint64_t recovery_entry;       ///< for software: where a fault behind this gate continues; 0 = nowhere
  uint64_t reserved1;
};
static_assert(sizeof(Gate) == 64);

/// One stack a gate can hand out.
struct StackSlot {
  uint64_t rsp;
  uint64_t fs_base;
  uint32_t next_free;  ///< 1-based index of the next free slot, 0 = last
  uint32_t in_use;
  uint64_t software;  ///< for the kernel; 0 in a new slot
};
static_assert(sizeof(StackSlot) == 32);

/// A free list of stacks; StackSlot[slot_count] follows at once.
struct StackPool {
  uint32_t first_free;  ///< 1-based index, 0 = empty
  uint32_t slot_count;
  uint32_t free_count;
  uint32_t reserved0;
  uint64_t reserved1[2];
};
static_assert(sizeof(StackPool) == 32);

/// One per thread. The hardware keeps top, CS and SS current in memory, so tswitch saves nothing.
struct ThreadBlock {
  uint64_t secure_stack_base;   ///< physical address of the first frame
  uint64_t secure_stack_limit;  ///< physical address after the last
  uint64_t secure_stack_top;    ///< physical address of the first free frame; the top frame lies below
  uint32_t reserve_frames;      ///< frames only events may use
  uint32_t reserved0;
  uint32_t cs_id, cs_generation;
  uint32_t ss_id, ss_generation;
  uint64_t kernel_rsp;  ///< StackPolicy::Thread
  uint64_t kernel_fs_base;
  uint32_t code_list_id,
      code_list_generation;  ///< space whose list is the code half, where --bind leaves it to threads
  uint32_t stack_list_id, stack_list_generation;  ///< and the stack half
  uint64_t reserved1[6];
};
static_assert(sizeof(ThreadBlock) == 128);

enum class FrameKind : uint8_t { None = 0, Call = 1, Narrow = 2, Event = 3 };

/// Where an operand names its space (manual 7.1). A mode of the running context, kept in its frames.
enum class OperandMode : uint8_t { Tagged = 0, AccessRegister = 1, Segment = 2 };

/// Selector registers 1 to 15; number 0 stands for the code space and is no register. In access-register mode number n
/// stands beside general register n, in segment mode there are these three.
enum SelectorRegister : uint8_t { kDs = 1, kSs = 2, kEs = 3 };
constexpr uint32_t kSelectorRegisters = 15;

/// General registers in x86 encoding order.
enum Register : uint32_t {
  kRax,
  kRcx,
  kRdx,
  kRbx,
  kRsp,
  kRbp,
  kRsi,
  kRdi,
  kR8,
  kR9,
  kR10,
  kR11,
  kR12,
  kR13,
  kR14,
  kR15
};

/// What a call lends its callee (gcalla): a space, until the return.
struct Grant {
  uint32_t space_id, space_generation;
};

/// One entry of the secure stack. Frames are of one size, so depth is a subtraction.
/// Call and narrow frames fill gpr[] with what --save says (manual 7.6), event frames wholly.
struct Frame {
  FrameKind kind;
  OperandMode operand_mode;       ///< to restore
  uint16_t vector;                ///< event frames: what happened
  uint32_t event_mask;            ///< to restore
  uint32_t cs_id, cs_generation;  ///< to return to
  uint32_t ss_id, ss_generation;
  uint64_t rip, rflags, fs_base, gs_base;
  uint32_t gate_space, gate_space_generation, gate_index;  ///< the gate that was entered
  uint32_t pool_slot;  ///< 1-based slot of `pool` to give back at the return; 0 = none
  uint64_t pool;       ///< physical address of the StackPool
  uint64_t gpr[16];
  union {
    uint64_t fault_address;  ///< event frames: the full 64-bit address for #PF and #AS
    Grant grant;             ///< call and narrow frames: what the argument slot names behind this frame
  };
  uint64_t software;  ///< for the kernel; 0 in a new frame
  union {
    uint16_t error_code;    ///< event frames. #PF: as on x86; #AS: see AsError
    uint16_t grant_rights;  ///< call and narrow frames: EntryFlag; 0 = the argument slot is empty
  };
  uint16_t selector_registers[kSelectorRegisters];  ///< to restore: 1 to 15
};
static_assert(sizeof(Frame) == 256);

/// With --return-stack=memory (manual 7.3): what gret believes. It lies at the top of the stack that a gate with policy
/// pool hands out, where the callee can write it, in place of the fields of the same names in the frame.
struct ReturnRecord {
  uint32_t cs_id, cs_generation;
  uint32_t ss_id, ss_generation;
  uint64_t rip, rsp, rflags, fs_base, gs_base;
  uint64_t reserved;
};
static_assert(sizeof(ReturnRecord) == 64);

/// Where an event goes: a gate named without a selector. The vector table is VectorEntry[kVectorCount].
struct VectorEntry {
  uint32_t valid;
  uint32_t space_id, space_generation, gate_index;
};
static_assert(sizeof(VectorEntry) == 16);

}  // namespace asx
