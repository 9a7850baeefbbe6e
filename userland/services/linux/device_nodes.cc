// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/device_nodes.h"

#include "userland/services/linux/abi/file.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/layout.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

namespace hop::personality {
namespace {

struct Node {
  const char* path;
  uint32_t mode;
  uint64_t device;
};

constexpr uint32_t kDevice = kModeCharacter | 0666u;
constexpr Node kNodes[] = {
    {"/dev", kModeDirectory | 0755u, 0},         {"/dev/null", kDevice, make_device(1, 3)},
    {"/dev/zero", kDevice, make_device(1, 5)},   {"/dev/full", kDevice, make_device(1, 7)},
    {"/dev/random", kDevice, make_device(1, 8)}, {"/dev/urandom", kDevice, make_device(1, 9)},
    {"/dev/tty", kDevice, make_device(5, 0)},    {"/tmp", kModeDirectory | 01777u, 0},
    {"/proc", kModeDirectory | 0555u, 0},
};

void make(const Node& node) {
  if (!copy_out(kMessagePath, node.path, text_length(node.path) + 1)) return;
  const uint32_t permissions = node.mode & kModePermissions;
  // What exists already stays as it is.
  if ((node.mode & kModeType) == kModeDirectory)
    files_call(files::Operation::MakeDirectory, files::kRootDirectory, kMessagePath, permissions);
  else
    files_call(files::Operation::MakeNode, files::kRootDirectory, kMessagePath, node.mode, node.device);
}

}  // namespace

void make_device_nodes() {
  for (const Node& node : kNodes) make(node);
}

}  // namespace hop::personality
