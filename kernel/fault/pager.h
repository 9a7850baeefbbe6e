// SPDX-License-Identifier: GPL-2.0-or-later
// Pages that a service supplies: a thread that touches one hops into the pager gate of the space the page lies in,
// whoever's code it runs, and tries the instruction again when the gate returns. Decision 0012.
#pragma once
#include "kernel/object/space.h"
#include "kernel/object/thread.h"

namespace kernel {

/// In Frame::software of an event frame: it led into a pager, which is not to learn whose code has faulted, or where.
constexpr uint64_t kPagerMark = 1u << 15;

/// Sends the thread, whose event frame is on top, to the pager of `space`. When the pager's stacks are all in use, the
/// thread sleeps a little instead, and asks again. False: there is no pager, it has refused this page, it has returned
/// without it too often, or there is no room for the thread to enter it: the fault is an ordinary one.
[[nodiscard]] bool ask_pager(Thread& thread, Frame& event, const Space& space, hop::Protection access);

/// The pager in which the thread was does not come to its end. Whether the frame led into one: then it is an ordinary
/// event frame again.
[[nodiscard]] bool leave_pager(Frame& event);

/// The pager that the thread is in does not have the page: the next try of the instruction is an ordinary fault.
/// `event` is the frame that led into it.
void refuse_page(Thread& thread, const Frame& event);

}  // namespace kernel
