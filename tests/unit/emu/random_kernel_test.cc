// SPDX-License-Identifier: GPL-2.0-or-later
// Kernels of random bytes: whatever they do, the emulator lives, and does the same again.
#include <catch2/catch_test_macros.hpp>

#include <random>

#include "tests/unit/emu/kernel_file.h"

using namespace test;
using namespace asx;

namespace {

constexpr int kKernels = 300;

using Random = std::mt19937_64;

/// Instructions that make it likely that something happens: ASX ones, system registers with addresses of RAM, stores.
void add_something(Code& code, Random& random) {
  const auto reg = static_cast<Register>(random() % 16);
  switch (random() % 8) {
    case 0:
      code.asx(static_cast<Mnemonic>(random() % kInstructions.size()), 0, 0);
      return;
    case 1: {
      const auto& row = kInstructions[random() % kInstructions.size()];
      code.asx(row.mnemonic, row.pattern.has_reg ? static_cast<int>(random() % 16) : 0,
               row.pattern.has_rm ? static_cast<int>(random() % 16) : 0);
      return;
    }
    case 2:
      code.set(reg, random() % (16u << 20));
      return;
    case 3:
      code.set(reg, kDirectMap + random() % (16u << 20));
      return;
    case 4:
      code.set(reg, random());
      return;
    case 5:
      code.store(static_cast<Register>(kRax + random() % 4), reg == kRsp ? kRax : reg);
      return;
    case 6:
      code.raw({0x0f, 0x05});
      return;
    default:
      for (uint64_t i = random() % 12; i > 0; --i) code.raw({static_cast<int>(random() % 256)});
  }
}

KernelFile random_kernel(uint64_t seed) {
  Random random(seed);
  Code code;
  const bool is_noise = seed % 3 == 0;
  for (int i = 0; i < 400; ++i) {
    if (is_noise) {
      code.raw({static_cast<int>(random() % 256)});
    } else {
      add_something(code, random);
    }
  }
  KernelFile kernel = KernelFile::of(code, seed % 2 == 0 ? PF_R | PF_X : PF_R | PF_W | PF_X);
  // a vector table and a gate in reach: physical addresses of the image's frames are low ones
  std::vector<uint8_t> noise(3 * kPageSize);
  for (uint8_t& byte : noise) byte = static_cast<uint8_t>(random());
  kernel.add_segment(0x20'0000, PF_R | PF_W, noise, noise.size());
  return kernel;
}

}  // namespace

TEST_CASE("random kernels never break the emulator, and end the same way twice") {
  RunRequest request;
  request.options.limit = 50'000;
  for (uint64_t seed = 0; seed < kKernels; ++seed) {
    CAPTURE(seed);
    const KernelFile kernel = random_kernel(seed);
    const Outcome first = run_kernel(kernel, request);
    CHECK(first.statistics.instructions < 60'000);
    if (seed % 10 != 0) continue;
    const Outcome second = run_kernel(kernel, request);
    CHECK(first.result.reason == second.result.reason);
    CHECK(first.result.detail == second.result.detail);
    CHECK(first.statistics.instructions == second.statistics.instructions);
    CHECK(first.statistics.ticks == second.statistics.ticks);
  }
}
