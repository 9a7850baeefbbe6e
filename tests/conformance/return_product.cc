// SPDX-License-Identifier: GPL-2.0-or-later
// The product over top frames: its kind, whether its spaces still are what they were, and its pool slot.
#include <algorithm>

#include "tests/conformance/product.h"

namespace conformance {
namespace {

enum class Life { Alive, Dead, OtherGeneration, OtherFlag };
enum class PoolSlot { None, InUse, Free, Beyond };
constexpr uint8_t kGret = 1, kWiden = 3;

struct Cell {
  uint8_t opcode;
  asx::FrameKind kind;
  Life code, stack;
  PoolSlot slot;
};

void set_life(Cpu& cpu, uint32_t id, Life life, uint32_t flag) {
  auto space = cpu.get<asx::SpaceDescriptor>(descriptor_at(id));
  if (life == Life::Dead) space.flags &= ~uint32_t{asx::kSpaceValid};
  if (life == Life::OtherGeneration) ++space.generation;
  if (life == Life::OtherFlag) space.flags &= ~flag;
  cpu.put(descriptor_at(id), space);
}

void set_lives(Cpu& cpu, const Cell& cell) {
  set_life(cpu, kProgram, cell.code, asx::kSpaceCode);
  set_life(cpu, kStack, cell.stack, asx::kSpaceStack);
}

Image make_image(const Cell& cell) {
  Image image;
  image.start_code = cell.opcode == kGret ? kService : kProgram;  // widen is for the space that pushed the frame
  image.start_stack = kNarrowStack;
  asx::Frame frame{};
  frame.kind = cell.kind;
  frame.cs_id = kProgram;
  frame.cs_generation = 100 + kProgram;
  frame.ss_id = kStack;
  frame.ss_generation = 100 + kStack;
  frame.rip = kUndefined;
  frame.rflags = 0x202;
  frame.fs_base = 0xf5;
  frame.gs_base = 0x65;
  frame.event_mask = 0x55;
  frame.gate_space = kService;
  frame.gate_space_generation = 100 + kService;
  for (unsigned i = 0; i < 16; ++i) frame.gpr[i] = 0x2222'0000 + i;
  static constexpr uint32_t kSlots[] = {0, 2, 3, kPoolSlots + 1};
  frame.pool_slot = kSlots[static_cast<int>(cell.slot)];
  frame.pool = kPool;
  // of the pool's three stacks the second is in use
  image.alter<asx::StackSlot>(kPool + 64, [](asx::StackSlot& slot) {
    slot.in_use = 1;
    slot.next_free = 0;
  });
  image.alter<asx::StackSlot>(kPool + 32, [](asx::StackSlot& slot) { slot.next_free = 3; });
  if (cell.kind != asx::FrameKind::None) {
    image.put(kFrames, frame);
    image.alter<asx::ThreadBlock>(kThread, [](asx::ThreadBlock& thread) { thread.secure_stack_top += sizeof frame; });
  }
  return image;
}

/// 256 cells for each of the two, 64 for each kind of frame. A frame whose code space is not as it should be (3 of 4)
/// fails for that whatever else (16); then for its stack space (3 of 4 times 4); then gret alone for its slot (2 of 4).
void predict(Tally& tally) {
  tally.predict("gret", "SecureStackEmpty", 64);
  tally.predict("gret", "FrameKind", 64);
  tally.predict("gret", "ReturnCodeSpace", 2 * 3 * 16);
  tally.predict("gret", "ReturnStackSpace", 2 * 3 * 4);
  tally.predict("gret", "Addressing", 2 * 2);
  tally.predict("gret", "done", 2 * 2);
  tally.predict("widen", "SecureStackEmpty", 64);
  tally.predict("widen", "FrameKind", 2 * 64);
  tally.predict("widen", "ReturnCodeSpace", 3 * 16);
  tally.predict("widen", "ReturnStackSpace", 3 * 4);
  tally.predict("widen", "done", 4);
}

std::string outcome_of(const Cell& cell, const oracle::MaybeFault& fault, bool is_unchanged) {
  if (!fault) return is_unchanged ? "nothing happened" : "done";
  const auto error = asx::AsError::from_code(fault->error);
  const auto operation = cell.opcode == kGret ? asx::AsOperation::Return : asx::AsOperation::Widen;
  const bool is_ours = fault->vector == asx::kVectorAddressSpace && error.access == asx::Access::None &&
                       error.operation == operation && fault->address == 0;
  if (!is_ours) return "a fault of something else";
  return is_unchanged ? cause_name(error.cause) : "refused, but something has changed";
}

/// The same frame below that of the bell's event, whose handler changes the spaces; then gret, which leads to an
/// undefined instruction or is refused.
std::string outcome_on_engine(Trio& trio, const Cell& cell, Image image) {
  image.code(kService, 0, Bytes().undefined().asx(asx::Mnemonic::Gret).bytes);
  trio.run(
      image,
      [&](Cpu& cpu) {
        constexpr uint64_t kRip = 24, kUndefinedLength = 2;
        const uint64_t frame = cpu.top_frame_address();
        cpu.put(frame + kRip, cpu.get<uint64_t>(frame + kRip) + kUndefinedLength);
        set_lives(cpu, cell);
      },
      [&](const asx::Frame& frame) {
        if (frame.vector == asx::kVectorInvalidOpcode) return std::string("done");
        return outcome_of(cell, oracle::Fault{frame.vector, frame.error_code, frame.fault_address}, true);
      });
  const std::string differs = trio.differences();
  return differs.empty() ? trio.outcomes.back() : differs;
}

}  // namespace

ProductResult run_return_product(const asx::Variant& variant, Runners runners) {
  Tally tally("returns");
  if (variant == asx::Variant{}) predict(tally);
  OracleCpu oracle(variant);
  ModelCpu model(variant);
  std::optional<Trio> trio;
  if (runners == Runners::All) trio.emplace(variant, runners);
  for (int i = 0; i < 2 * 4 * 4 * 4 * 4; ++i) {
    const Cell cell{i % 2 == 0 ? kGret : kWiden, static_cast<asx::FrameKind>(i / 2 % 4), static_cast<Life>(i / 8 % 4),
                    static_cast<Life>(i / 32 % 4), static_cast<PoolSlot>(i / 128)};
    const Image image = make_image(cell);
    for (Cpu* cpu : {static_cast<Cpu*>(&oracle), static_cast<Cpu*>(&model)}) {
      cpu->start(image);
      set_lives(*cpu, cell);
    }
    const std::vector<uint8_t> before(oracle.ram().begin(), oracle.ram().end());
    const auto is_unchanged = [&](Cpu& cpu, uint64_t rip) {
      return rip == image.rip && std::ranges::equal(cpu.ram(), before);
    };
    const oracle::Instruction instruction{cell.opcode, 0, 0, 4};
    const auto of_oracle = oracle.machine.execute(instruction);
    const auto of_model = model.execute(instruction);
    const std::string use = cell.opcode == kGret ? "gret" : "widen";
    std::vector<std::string> outcomes = {outcome_of(cell, of_oracle, is_unchanged(oracle, oracle.rip())),
                                         outcome_of(cell, of_model, is_unchanged(model, model.rip()))};
    if (trio && cell.opcode == kGret) outcomes.push_back(outcome_on_engine(*trio, cell, image));
    tally.cell(use + " " + std::to_string(i), use, outcomes,
               difference(oracle, model.registers, model.cpu, model.ram()));
  }
  return tally.result();
}

}  // namespace conformance
