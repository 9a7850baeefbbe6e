# SPDX-License-Identifier: GPL-2.0-or-later
# Finds the shared library of Unicorn Engine and makes the target hop::unicorn. Stops for versions that cannot work.
find_package(PkgConfig REQUIRED)
pkg_check_modules(UNICORN QUIET IMPORTED_TARGET GLOBAL unicorn)
if(NOT UNICORN_FOUND)
  message(FATAL_ERROR "Unicorn Engine is not installed: run ./run.sh or ./test.sh, which install it, or install libunicorn-dev 2.1 or later.")
endif()
if(UNICORN_VERSION VERSION_LESS 2.1)
  message(FATAL_ERROR "Unicorn Engine ${UNICORN_VERSION} is too old (its page tables do not translate): run ./run.sh or ./test.sh, which install a newer one, or install libunicorn-dev 2.1 or later.")
endif()
if(UNICORN_VERSION VERSION_GREATER_EQUAL 2.1.4)
  message(WARNING "Unicorn Engine ${UNICORN_VERSION} works, but is slower than 2.1.1 to 2.1.3 (1.15 to 1.55 times in compute-bound programs).")
endif()
add_library(hop::unicorn ALIAS PkgConfig::UNICORN)
