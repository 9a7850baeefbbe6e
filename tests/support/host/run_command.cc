// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/host/run_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace test {

namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Outcome run_command(const Command& command) {
  const TemporaryFolder folder;
  const std::string output = folder.path() / "output", errors = folder.path() / "errors";
  std::vector<std::string> arguments = command.arguments, environment = command.environment;
  const std::vector<char*> argument_pointers = pointers(arguments), environment_pointers = pointers(environment);

  // not fork: copying the page tables of a large program takes longer than many a command
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, command.input.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());
  pid_t child = 0;
  const int failed = posix_spawn(&child, argument_pointers[0], &actions, nullptr, argument_pointers.data(),
                                 environment_pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return {"", std::string("cannot run ") + argument_pointers[0] + "\n", 127};
  int status = 0;
  if (waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid failed");
  return {read_file(output), read_file(errors), WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "hopscotch-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace test
