// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a program of the host and collects what comes out of it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace test {

struct Command {
  std::vector<std::string> arguments;  ///< the first is the program, with its path
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "HOME=/", "TERM=dumb", "LANG=C", "TZ=UTC0"};
  std::filesystem::path directory = ".";
  std::filesystem::path input = "/dev/null";
};

struct Outcome {
  std::string output;
  std::string errors;
  int status = -1;  ///< exit status, or 128 + signal
};

[[nodiscard]] Outcome run_command(const Command& command);

/// A folder for one test, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, const std::string& bytes);
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace test
