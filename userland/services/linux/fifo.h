// SPDX-License-Identifier: GPL-2.0-or-later
// FIFOs: pipes that have a name in the files service, and exist while somebody has one open.
#pragma once
#include "userland/services/linux/pipe_file.h"

namespace hop::personality {

/// Opens a FIFO by its handle, which it takes over if it succeeds; waits for somebody at the other end (fifo(7)).
/// ENXIO: for writing without waiting, and nobody reads; ENOMEM; ERESTARTSYS.
[[nodiscard]] int64_t open_fifo(Task& task, uint64_t handle, uint32_t flags, OpenFile*& file);

}  // namespace hop::personality
