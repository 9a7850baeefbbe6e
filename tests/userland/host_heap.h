// SPDX-License-Identifier: GPL-2.0-or-later
// The services' heap on the host: malloc, counted, and able to refuse.
#pragma once
#include <cstdint>

namespace test {

/// Blocks allocated and not released.
[[nodiscard]] int64_t live_blocks();
/// The next allocation fails after this many have succeeded; negative: none fails.
void fail_allocation_after(int64_t count);

/// What files may take is this many bytes a piece; negative: there is no limit.
void limit_files(int64_t bytes);

}  // namespace test
