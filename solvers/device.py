"""What the NVIDIA driver says of the GPUs here, without any library of CUDA's; no driver is an answer too."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

SUCCESS = 0


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver's version, such as `13.0`, and the names of the GPUs that this process may use; `reason` if none."""

    version: str = ""
    devices: tuple[str, ...] = ()
    reason: str = ""


def driver() -> Driver:
    """Ask the driver; it is to be asked in a child, because asking starts it in the process for good."""
    library = _library()
    if library is None:
        return Driver(reason="no NVIDIA driver is visible")
    number, count = ctypes.c_int(), ctypes.c_int()
    if library.cuInit(0) != SUCCESS or library.cuDeviceGetCount(ctypes.byref(count)) != SUCCESS or not count.value:
        return Driver(reason="the NVIDIA driver sees no GPU that may be used")
    library.cuDriverGetVersion(ctypes.byref(number))
    names = tuple(_name(library, index) for index in range(count.value))
    return Driver(version=f"{number.value // 1000}.{number.value % 1000 // 10}", devices=names)


def device_in_use() -> str:
    """Return the name of the GPU on which this thread has a context, as a solve on it leaves behind, or nothing."""
    library = _library()
    device = ctypes.c_int()
    if library is None or library.cuCtxGetDevice(ctypes.byref(device)) != SUCCESS:
        return ""
    return _name(library, device.value)


def _library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None


def _name(library: ctypes.CDLL, index: int) -> str:
    text = ctypes.create_string_buffer(128)
    library.cuDeviceGetName(text, len(text), index)
    return text.value.decode("utf-8", errors="replace")
