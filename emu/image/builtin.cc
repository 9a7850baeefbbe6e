// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/builtin.h"

#include "kernel/abi/call.h"

// Made by the build from the ELF files (embed.cmake).
extern "C" {
#define HOP_IMAGE(name) extern const std::byte hop_image_##name[], hop_image_##name##_end[]
HOP_IMAGE(hop_kernel);
HOP_IMAGE(names);
HOP_IMAGE(console);
HOP_IMAGE(files);
HOP_IMAGE(linux);
#undef HOP_IMAGE
}

namespace emu {

std::span<const std::byte> builtin_kernel() {
  return {hop_image_hop_kernel, hop_image_hop_kernel_end};
}

const std::vector<BuiltinService>& builtin_services() {
  using hop::kAuthorityBasic, hop::kAuthorityIo, hop::kAuthorityModules, hop::kAuthorityPower;
  static const std::vector<BuiltinService> services = {
      {"names", kAuthorityBasic, {hop_image_names, hop_image_names_end}},
      {"console", kAuthorityBasic | kAuthorityIo, {hop_image_console, hop_image_console_end}},
      {"files", kAuthorityBasic | kAuthorityModules, {hop_image_files, hop_image_files_end}},
      {"linux", kAuthorityBasic | kAuthorityModules | kAuthorityPower, {hop_image_linux, hop_image_linux_end}},
  };
  return services;
}

}  // namespace emu
