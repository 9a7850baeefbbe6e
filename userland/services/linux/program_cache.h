// SPDX-License-Identifier: GPL-2.0-or-later
// Images of programs as they were loaded, so that the next one to run the same file has its pages without anybody
// reading the file: they are shared until somebody writes.
#pragma once
#include "userland/interfaces/files/files.h"
#include "userland/services/linux/area.h"

namespace hop::personality {

/// The image of the file, unchanged since; null: it is not known.
[[nodiscard]] const Area* find_image(const files::FileStatus& file);
/// Remembers an image that has just been loaded; the one that was used least recently makes room.
void remember_image(const files::FileStatus& file, const Area& image);

}  // namespace hop::personality
