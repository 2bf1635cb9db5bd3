"""What computes on this machine, how much memory it has left, and how much a piece of work took."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import torch

GIB = 1 << 30


@dataclass(frozen=True)
class Device:
    """name: as torch calls it ("cpu", "cuda:0", "mps"); title: as people do; free: bytes, None where unknown."""

    name: str
    title: str
    free: int | None


def devices() -> list[Device]:
    """Everything there is, the CPU first."""
    found = [Device("cpu", "CPU", free_memory("cpu"))]
    if torch.cuda.is_available():
        for i in range(torch.cuda.device_count()):
            name = f"cuda:{i}"
            found.append(Device(name, torch.cuda.get_device_name(i), free_memory(name)))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU", free_memory("mps")))
    return found


def free_memory(device: str | torch.device) -> int | None:
    """Bytes that this process may still take on a device; None where the system does not say."""
    kind = torch.device(device).type
    if kind == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if kind == "mps":
        return max(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory(), 0)
    if sys.platform == "win32":
        return _free_on_windows()
    return _free_on_linux() if sys.platform == "linux" else None


def ran_out(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on whatever device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(
        words in text for words in ("out of memory", "can't allocate memory", "not enough memory")
    )


def in_gib(size: float) -> str:
    """Bytes as a person says them: "1.4 GB", "350 MB"."""
    return f"{size / GIB:.1f} GB" if size >= 0.95 * GIB else f"{max(size, 0) / (1 << 20):.0f} MB"


class MemoryUsed:
    """A context: afterwards `size` is how many bytes more than at its start were in use at the worst moment, None where
    the system does not say."""

    def __init__(self, device: str | torch.device):
        self.device = torch.device(device)
        self.size: int | None = None
        self._start = 0

    def __enter__(self) -> MemoryUsed:
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
            self._start = torch.cuda.memory_allocated(self.device)
        elif self.device.type == "mps":
            self._start = torch.mps.driver_allocated_memory()
        elif sys.platform == "linux":
            _return_unused()
            Path("/proc/self/clear_refs").write_text("5")  # the peak counts from now on, proc(5)
            self._start = _of_this_process("VmRSS")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.device.type == "cuda":
            self.size = torch.cuda.max_memory_reserved(self.device) - self._start
        elif self.device.type == "mps":
            self.size = torch.mps.driver_allocated_memory() - self._start
        elif sys.platform == "linux":
            self.size = max(_of_this_process("VmHWM") - self._start, 0)


def _return_unused() -> None:
    """Give the heap's free pages back to the system: what is taken from them again would not be seen as growth."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone has it
    if trim is not None:
        trim(0)


def _of_this_process(field: str) -> int:
    """Bytes, of /proc/self/status."""
    return _kilobytes(Path("/proc/self/status").read_text(), field)


def _kilobytes(text: str, field: str) -> int:
    line = next(line for line in text.splitlines() if line.startswith(f"{field}:"))
    return 1024 * int(line.split()[1])


def _free_on_linux() -> int:
    """What the machine has left, or less where the process's group may not take all of it."""
    free = _kilobytes(Path("/proc/meminfo").read_text(), "MemAvailable")
    for most, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            limit = Path(most).read_text().strip()
            taken = int(Path(used).read_text())
        except (OSError, ValueError):
            continue
        if limit.isdigit():
            free = min(free, max(int(limit) - taken, 0))
    return free


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong), ("load", ctypes.c_ulong), ("total", ctypes.c_ulonglong),
        ("available", ctypes.c_ulonglong), ("total_page", ctypes.c_ulonglong), ("available_page", ctypes.c_ulonglong),
        ("total_virtual", ctypes.c_ulonglong), ("available_virtual", ctypes.c_ulonglong),
        ("available_extended", ctypes.c_ulonglong),
    )  # fmt: skip


def _free_on_windows() -> int:
    status = _MemoryStatus()
    status.length = ctypes.sizeof(status)
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # pyright: ignore[reportAttributeAccessIssue]
    return int(status.available)
