// SPDX-License-Identifier: GPL-2.0-or-later
// Starting the services that came with the kernel.
#pragma once

namespace kernel {

/// Starts every module of kind Service in a code space of its own, in their order; after "names", waits until that
/// service has made its gate. The body of a thread of the kernel.
void start_services();

}  // namespace kernel
