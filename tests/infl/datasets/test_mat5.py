import struct

import numpy as np
import pytest
import scipy.io

from infl.datasets.mat5 import read_mat
from infl.errors import FileError

ARRAYS = {
    "single": np.arange(12, dtype=np.float32).reshape(3, 4) / 7,
    "double": np.array([[1.5, -2e300]]),
    "whole": np.array([[-3], [4]], np.int16),
    "cube": np.arange(24.0).reshape(2, 3, 4),
}


@pytest.mark.parametrize("compressed", [False, True])
def test_reads_what_scipy_writes(tmp_path, compressed):
    path = tmp_path / "a.mat"
    others = {"text": "hello", "struct": {"a": 1.0}, "complex": np.array([1j])}
    scipy.io.savemat(path, ARRAYS | others, do_compression=compressed)
    found = read_mat(path, [*ARRAYS, *others, "missing"])
    assert found.keys() == ARRAYS.keys()
    for name, expected in ARRAYS.items():
        np.testing.assert_array_equal(found[name], expected.astype(np.float64))


def test_only_the_arrays_asked_for(tmp_path):
    scipy.io.savemat(tmp_path / "a.mat", ARRAYS)
    assert list(read_mat(tmp_path / "a.mat", ["whole"])) == ["whole"]


def test_a_wrong_shape_is_an_error(tmp_path):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"a": np.zeros((3, 5))})
    path.write_bytes(path.read_bytes().replace(struct.pack("<ii", 3, 5), struct.pack("<ii", 3, 6)))
    with pytest.raises(FileError, match=r"a is said to be of shape \(3, 6\) and has 15 numbers"):
        read_mat(path, ["a"])


@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 126 + b"XX"])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(FileError, match="no MATLAB file of level 5"):
        read_mat(tmp_path / "a.mat", ["a"])


@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_cut_anywhere_is_an_error_or_lacks_the_array(tmp_path, compressed):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"a": np.arange(50.0)}, do_compression=compressed)
    whole = path.read_bytes()
    for length in range(128, len(whole), 7):
        path.write_bytes(whole[:length])
        try:
            assert not read_mat(path, ["a"])
        except FileError as error:
            assert "damaged" in str(error)
