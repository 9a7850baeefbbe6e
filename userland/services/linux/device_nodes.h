// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace hop::personality {

/// Makes /dev and the nodes in it that programs expect, where the root module did not bring them; /tmp and /proc too.
void make_device_nodes();

}  // namespace hop::personality
