"""A Landlock domain with no rule in it: no path, no TCP port, no signal and no abstract socket outside the process."""

from __future__ import annotations

import ctypes
import errno
import os
import struct

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # the same numbers on x86-64 and aarch64
_VERSION_FLAG = 1
_RIGHTS = ((1, 13), (2, 14), (3, 15), (5, 16))  # (ABI, number of file system rights it knows)
_NETWORK_ABI, _SCOPE_ABI = 4, 6


def abi(libc: ctypes.CDLL) -> int:
    """The kernel's Landlock version, 0 if it has none."""
    return max(0, int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG)))


def ruleset(version: int) -> bytes:
    """`struct landlock_ruleset_attr` that handles every right the kernel knows, as long as that kernel expects it."""
    rights = max(count for since, count in _RIGHTS if since <= version)
    fields = [(1 << rights) - 1]
    if version >= _NETWORK_ABI:
        fields.append(0b11)  # bind and connect TCP
    if version >= _SCOPE_ABI:
        fields.append(0b11)  # abstract unix sockets, signals
    return struct.pack(f"<{len(fields)}Q", *fields)


def restrict(libc: ctypes.CDLL) -> int:
    """Enter an empty domain for good; needs no_new_privs. Returns the ABI used; raises OSError where there is none."""
    version = abi(libc)
    if version == 0:
        raise OSError(errno.ENOSYS, "This kernel has no Landlock.")
    attributes = ruleset(version)
    descriptor = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "The kernel refused the Landlock ruleset.")
    try:
        if libc.syscall(_RESTRICT_SELF, descriptor, 0) != 0:
            raise OSError(ctypes.get_errno(), "The kernel refused to enter the Landlock domain.")
    finally:
        os.close(descriptor)
    return version
