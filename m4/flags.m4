# SPDX-License-Identifier: MIT

# SPN_COMPILE_FLAGS(VARIABLE, FLAGS)
# Append to VARIABLE those of FLAGS that the compiler knows.  clang only warns
# about a flag that it does not know, hence -Werror.
AC_DEFUN([SPN_COMPILE_FLAGS], [
    for spn_flag in m4_normalize([$2]); do
        AC_MSG_CHECKING([whether $CC accepts $spn_flag])
        spn_saved_CFLAGS=$CFLAGS
        CFLAGS="$CFLAGS -Werror $spn_flag"
        AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
                          [$1="$$1 $spn_flag"; AC_MSG_RESULT([yes])],
                          [AC_MSG_RESULT([no])])
        CFLAGS=$spn_saved_CFLAGS
    done
    AC_SUBST([$1])
])

# SPN_LINK_FLAGS(VARIABLE, FLAGS)
# The same for flags that the linker must know.
AC_DEFUN([SPN_LINK_FLAGS], [
    for spn_flag in m4_normalize([$2]); do
        AC_MSG_CHECKING([whether $CC links with $spn_flag])
        spn_saved_LDFLAGS=$LDFLAGS
        LDFLAGS="$LDFLAGS -Werror $spn_flag"
        AC_LINK_IFELSE([AC_LANG_PROGRAM()],
                       [$1="$$1 $spn_flag"; AC_MSG_RESULT([yes])],
                       [AC_MSG_RESULT([no])])
        LDFLAGS=$spn_saved_LDFLAGS
    done
    AC_SUBST([$1])
])
