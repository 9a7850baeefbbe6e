// SPDX-License-Identifier: GPL-2.0-or-later
// Random programs for the fuzzer: an image, a variant, and actions that do not depend on each other, so that any of
// them can be left out when a program is made small.
#pragma once
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "isa-ext/variant/variant.h"
#include "tests/conformance/image.h"

namespace conformance {

using Random = std::mt19937_64;

struct Action {
  enum Kind : uint8_t {
    Execute,     ///< one instruction, with a in register r and b in register m before it
    SystemCall,  ///< syscall
    Translate,   ///< a load, store or fetch (r) at address a, without the access itself
    Event,       ///< delivery of vector r, error code b, address a
    Interrupt,   ///< device lines a ask, and the first that is not held back is taken
    Software,    ///< RFLAGS := a; FS and GS base := b and its complement, as a program may set them
    Flip         ///< the bits b of the r bytes at address a change: software has written there
  } kind = Execute;
  uint8_t opcode = 0, r = 0, m = 0;
  uint64_t a = 0, b = 0;
};

struct Program {
  uint64_t seed = 0;
  asx::Variant variant;
  Image image;
  std::vector<Action> actions;
};

/// A variant that the model can run: any, but for rules that are the kernel's (few selector bits).
[[nodiscard]] asx::Variant random_variant(Random& random);

/// The spaces of every image, with lists, gates and pools that differ from program to program.
[[nodiscard]] Image random_image(Random& random, const asx::Variant& variant);

/// A program; the same for the same seed, on every host.
[[nodiscard]] Program random_program(uint64_t seed, size_t actions);

/// Writes of software to structures, each of which breaks or changes something: address, width and bits in r, a, b.
[[nodiscard]] Action random_flip(Random& random);

/// A selector, mostly one that names something.
[[nodiscard]] uint16_t random_selector(Random& random, unsigned bits);

/// One line.
[[nodiscard]] std::string to_text(const Action& action);

}  // namespace conformance
