// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/cli/hop_process.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace test {
namespace {

pid_t start(const std::vector<std::string>& arguments, int in, int out, int error) {
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child > 0) return child;
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(error, STDERR_FILENO);
  closefrom(3);
  // As a shell starts a program, whatever the test runner has done.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(number, SIG_DFL);
  std::vector<char*> words;
  std::string name = HOP_COMMAND;
  words.push_back(name.data());
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  execv(HOP_COMMAND, words.data());
  _exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return ends;
}

/// Appends what is there; false at the end.
bool read_some(int descriptor, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<size_t>(count));
  return count > 0;
}

}  // namespace

HopResult run_hop(const std::vector<std::string>& arguments, const HopInput& input) {
  const auto in = make_pipe(), out = make_pipe(), error = make_pipe();
  const pid_t child = start(arguments, in[0], out[1], error[1]);
  for (const int descriptor : {in[0], out[1], error[1]}) close(descriptor);
  std::signal(SIGPIPE, SIG_IGN);
  // Inputs of tests are shorter than a pipe's buffer.
  [[maybe_unused]] const ssize_t written = write(in[1], input.standard_input.data(), input.standard_input.size());
  close(in[1]);

  HopResult result;
  bool is_triggered = !input.then;
  std::array<pollfd, 2> streams = {pollfd{out[0], POLLIN, 0}, pollfd{error[0], POLLIN, 0}};
  const std::array<std::string*, 2> texts = {&result.out, &result.error};
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    if (poll(streams.data(), streams.size(), -1) < 0) break;
    for (size_t i = 0; i < streams.size(); ++i) {
      if (streams[i].fd >= 0 && streams[i].revents != 0 && !read_some(streams[i].fd, *texts[i])) streams[i].fd = -1;
    }
    if (!is_triggered && result.out.find(input.when_written) != std::string::npos) {
      is_triggered = true;
      input.then(child);
      if (input.stop_reading) {
        close(out[0]);
        streams[0].fd = -1;
      }
    }
  }
  if (!input.stop_reading) close(out[0]);
  close(error[0]);
  result.status = wait_for(child);
  return result;
}

HopResult run_hop_on_terminal(const std::vector<std::string>& arguments, const std::string& typed,
                              bool& terminal_is_unchanged) {
  int master = -1, slave = -1;
  const winsize size{24, 80, 0, 0};
  if (openpty(&master, &slave, nullptr, nullptr, &size) != 0) throw std::runtime_error("openpty");
  termios before{}, after{};
  tcgetattr(slave, &before);
  const int flags = fcntl(slave, F_GETFL);
  const pid_t child = start(arguments, slave, slave, slave);
  [[maybe_unused]] const ssize_t written = write(master, typed.data(), typed.size());
  HopResult result;
  result.status = wait_for(child);
  tcgetattr(slave, &after);
  terminal_is_unchanged = fcntl(slave, F_GETFL) == flags && before.c_iflag == after.c_iflag &&
                          before.c_oflag == after.c_oflag && before.c_lflag == after.c_lflag &&
                          before.c_cflag == after.c_cflag &&
                          std::memcmp(before.c_cc, after.c_cc, sizeof before.c_cc) == 0;
  fcntl(master, F_SETFL, O_NONBLOCK);
  while (read_some(master, result.out)) {
  }
  close(master);
  close(slave);
  return result;
}

}  // namespace test
