// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/directory.h"

#include "userland/services/linux/services.h"

namespace hop::personality {

void release_directory(Directory* directory) {
  if (directory == nullptr || --directory->references != 0) return;
  files_call(files::Operation::Close, directory->handle);
  delete directory;
}

}  // namespace hop::personality
