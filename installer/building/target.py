"""The systems that the program is built for."""

from collections.abc import Mapping
from dataclasses import dataclass

PYTHON = "3.11"
GLIBC = (2, 35)  # Ubuntu 22.04; Debian 12 has 2.36


@dataclass(frozen=True, slots=True)
class Target:
    """A system: its marker variables (PEP 508) and the platform tags of wheels (PEP 425) that run on it."""

    name: str
    platforms: tuple[str, ...]
    markers: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """The values of all marker variables on this system."""
        return {
            "python_version": PYTHON,
            "python_full_version": f"{PYTHON}.9",
            "implementation_name": "cpython",
            "implementation_version": f"{PYTHON}.9",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_version": "",
            "extra": "",
            **self.markers,
        }


def _manylinux() -> tuple[str, ...]:
    tags = [f"manylinux_{GLIBC[0]}_{minor}_x86_64" for minor in range(GLIBC[1], 4, -1)]
    return (*tags, "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64")


LINUX = Target(
    "linux",
    _manylinux(),
    {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix"},
)
WINDOWS = Target(
    "windows",
    ("win_amd64",),
    {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64", "os_name": "nt"},
)
TARGETS = {target.name: target for target in (LINUX, WINDOWS)}
