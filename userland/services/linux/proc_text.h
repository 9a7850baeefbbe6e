// SPDX-License-Identifier: GPL-2.0-or-later
// The few texts of /proc that programs without a C library's help read: made when they are opened.
#pragma once
#include <cstdint>

#include "userland/services/linux/task.h"

namespace hop::personality {

/// Which text a path names; -1 for none.
[[nodiscard]] int32_t proc_text_number(const char* path);

/// Opens it, read only.
[[nodiscard]] int64_t open_proc_text(Task& task, int32_t number, uint32_t flags, OpenFile*& file);

}  // namespace hop::personality
