// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/boot_contents.h"

#include <fmt/format.h>

#include <algorithm>

#include "emu/image/program.h"
#include "isa-ext/abi/boot.h"
#include "kernel/abi/call.h"

namespace emu::cli {
namespace {

constexpr std::string_view kPersonality = "linux";

std::string stem(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.ends_with(".elf") ? name.substr(0, name.size() - 4) : name;
}

Result<Bytes> read_image(const std::string& path, const std::string& option) {
  Result<Bytes> bytes = read_host_file(path);
  if (!bytes) return Error{fmt::format("{}: {}", option, bytes.error())};
  Result<ProgramFacts> facts = check_program(bytes.value(), path);
  if (!facts) return Error{fmt::format("{}: {}", option, facts.error())};
  return bytes;
}

}  // namespace

Result<BootContents> BootContents::create(const RunOptions& options, std::span<const std::byte> kernel,
                                          const std::vector<BuiltinService>& services) {
  BootContents contents;
  contents.kernel_ = kernel;
  contents.services_ = services;
  if (!options.kernel_file.empty()) {
    Result<Bytes> bytes = read_image(options.kernel_file, "--kernel");
    if (!bytes) return Error{bytes.error()};
    contents.replacements_.push_back(std::move(bytes.value()));
    contents.kernel_ = contents.replacements_.back();
  }
  for (const std::string& file : options.service_files) {
    const std::string name = stem(file);
    const auto service = std::find_if(contents.services_.begin(), contents.services_.end(),
                                      [&](const BuiltinService& candidate) { return candidate.name == name; });
    if (service == contents.services_.end()) {
      return Error{
          fmt::format("--service={}: there is no service '{}' to replace; name the file as one of the services "
                      "is named",
                      file, name)};
    }
    Result<Bytes> bytes = read_image(file, "--service");
    if (!bytes) return Error{bytes.error()};
    contents.replacements_.push_back(std::move(bytes.value()));
    service->elf = contents.replacements_.back();
  }
  Result<GuestFiles> files = collect_guest_files(options);
  if (!files) return Error{files.error()};
  contents.files_ = std::move(files.value());
  return contents;
}

BootImage BootContents::image(const RunOptions& options) const {
  BootImage image;
  image.kernel_elf = kernel_;
  for (const BuiltinService& service : services_) {
    // Without a Linux program its personality has nothing to do.
    if (service.name == kPersonality && files_.commands.empty()) continue;
    image.modules.push_back({std::string(service.name), asx::ModuleKind::Service, service.authority, service.elf});
  }
  image.modules.push_back({asx::kRootModule, asx::ModuleKind::Data, 0, files_.root});
  if (!files_.commands.empty()) {
    image.modules.push_back({asx::kCommandsModule, asx::ModuleKind::Data, 0, files_.commands});
  }
  for (const NativeProgram& native : files_.natives) {
    image.modules.push_back({native.name, asx::ModuleKind::Service, hop::kAuthorityAll, native.elf});
  }
  if (options.trace_system_calls) image.flags |= asx::kBootLinuxTrace;
  if (options.is_quiet) image.flags |= asx::kBootQuiet;
  return image;
}

}  // namespace emu::cli
