// SPDX-License-Identifier: GPL-2.0-or-later
// C++ with its run-time library: streams, exceptions through several frames, containers, thread-local data.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

thread_local int depth = 0;

struct Counted {
  static inline int alive = 0;
  Counted() { ++alive; }
  ~Counted() { --alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

int descend(int levels) {
  const Counted counted;
  depth = std::max(depth, levels);
  if (levels == 20) throw std::out_of_range("deep enough");
  return descend(levels + 1) + 1;
}

struct Shape {
  virtual ~Shape() = default;
};
struct Circle : Shape {};
struct Square : Shape {};

}  // namespace

int main() {
  try {
    descend(0);
  } catch (const std::logic_error& error) {
    std::cout << "caught: " << error.what() << ", alive " << Counted::alive << ", depth " << depth << '\n';
  }
  const std::unique_ptr<Shape> shape = std::make_unique<Circle>();
  try {
    static_cast<void>(dynamic_cast<Square&>(*shape));
  } catch (const std::bad_cast&) {
    std::cout << "bad cast\n";
  }
  try {
    std::vector<int>(3).at(7);
  } catch (const std::exception& error) {
    std::cout << error.what() << '\n';
  }
  std::map<std::string, int> words;
  std::istringstream text("the quick brown fox jumps over the lazy dog and the cat");
  for (std::string word; text >> word;) ++words[word];
  for (const auto& [word, count] : words) std::cout << word << ' ' << count << '\n';
  double sum = 0;
  for (int i = 1; i < 1000; i++) sum += 1.0 / i;
  std::cout.precision(15);
  std::cout << sum << std::endl;
  std::cerr << "to standard error\n";
  return 7;
}
