# SPDX-License-Identifier: GPL-2.0-or-later
# HOP_ATTACKS: the names in attacks.def.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/attacks.def)
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/attacks.def HOP_ATTACKS REGEX "^ATTACK[(]")
list(TRANSFORM HOP_ATTACKS REPLACE "^ATTACK[(]([a-z_]+),.*" "\\1")
