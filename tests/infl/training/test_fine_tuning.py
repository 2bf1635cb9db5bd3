"""Fine-tuning that is watched: tried before, ended early, gone on with, and what is said when it goes wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from infl.devices import MemoryUsed, devices, free_memory, in_gib, ran_out
from infl.errors import InflError
from infl.model import InfiniteLandmarks, Landmarker, ModelConfig
from infl.progress import run
from infl.training import FineTune, fine_tune, rehearse
from infl.training.best_weights import Best
from infl.training.divergence import Diverged, Watch
from infl.training.fine_tuning import out_of_memory

SHORT = FineTune("deformer", steps=4, faces_a_step=4, validate_every=2, validate_faces=1)


@pytest.fixture(scope="module")
def start() -> Landmarker:
    """Random weights; it knows one of the two conventions."""
    torch.manual_seed(3)
    network = InfiniteLandmarks(ModelConfig(), ("canonical", "ours"))
    torch.nn.init.normal_(network.query_deformer.out.weight, std=0.1)
    return Landmarker(network, {})


def weights(landmarker: Landmarker) -> torch.Tensor:
    return landmarker.network.query_deformer.out.weight.detach().clone()


def test_val_is_measured_before_now_and_then_and_after(start, datasets):
    seen = []
    done = run(fine_tune(start, datasets, SHORT), seen.append)
    assert [p.done for p in seen if "val.ours" in p.metrics] == [0, 2, 4]
    assert set(done.before) == set(done.after) == {"ours", "theirs"} and done.step == 4 and not done.trouble


def test_a_run_ends_when_it_is_enough(start, datasets):
    job = fine_tune(start, datasets, replace(SHORT, steps=100), enough=lambda: seen[-1].done >= 2)
    seen = []
    assert run(job, seen.append).step == 3, "asked after the step"


def test_a_closed_run_goes_on_where_it_was(start, datasets, tmp_path):
    whole = run(fine_tune(start, datasets, SHORT))
    job = fine_tune(start, datasets, SHORT, folder=tmp_path)
    while next(job).done < 2:
        pass
    job.close()
    assert (tmp_path / "state.safetensors").exists()
    seen = []
    later = run(fine_tune(start, datasets, SHORT, folder=tmp_path), seen.append)
    assert [p.done for p in seen] == [2, 3, 4] and later.before == whole.before
    assert torch.allclose(weights(later.landmarker), weights(whole.landmarker), atol=1e-6)


def test_the_best_weights_are_those_of_the_best_val_parts():
    def network(value):
        return torch.nn.Linear(1, 1).requires_grad_(False).apply(lambda m: m.weight.fill_(value))

    best = Best({"a": 4.0, "b": 10.0})
    for step, value in ((1, {"a": 3.0, "b": 9.0}), (2, {"a": 2.0, "b": 9.5}), (3, {"a": 3.9, "b": 8.0})):
        best = best.with_measured(network(step), step, value)
    assert best.step == 2 and float(best.network.weight) == 2 and best.after == {"a": 2.0, "b": 9.5}
    assert best.with_measured(network(4), 4, {"a": float("nan"), "b": 1.0}) is best


def test_without_a_val_part_the_last_weights_are_kept():
    best = Best().with_measured(torch.nn.Linear(1, 1), 1, {}).with_measured(torch.nn.Linear(1, 1), 2, {})
    assert best.step == 2


def test_missing_ever_farther_is_divergence():
    calm, wild = Watch(), Watch()
    for step in range(200):
        calm.see(step, 5 + step % 3)
    with pytest.raises(Diverged, match="farther than at the start"):
        for step in range(200):
            wild.see(step, 5 * 1.03**step)


def test_a_learning_rate_that_is_far_too_high_is_told_with_the_remedy(start, datasets):
    wild = replace(SHORT, parts="everything", steps=200, learning_rate=1e6, validate_every=1000)
    with pytest.raises(InflError, match=r"diverged.*unchanged.*learning rate of 3e\+05"):
        run(fine_tune(start, datasets, wild))


def test_what_was_best_before_it_diverged_is_kept(start, datasets):
    wild = replace(SHORT, parts="everything", steps=200, learning_rate=1e6, validate_every=1)
    done = run(fine_tune(start, datasets, wild))
    assert "diverged" in done.trouble and done.step >= 1
    assert torch.isfinite(weights(done.landmarker)).all()


# the pre-flight batch


def test_a_rehearsal_says_what_a_run_needs(start, datasets):
    before = weights(start)
    found = run(rehearse(start, datasets, SHORT))
    assert torch.equal(weights(start), before)
    assert found.step > 0 and found.reading > 0 and not found.problem
    hundred = replace(SHORT, steps=100, validate_every=50)
    assert found.seconds(hundred) > 100 * found.step
    assert 90 <= found.steps_in(found.seconds(hundred), hundred) <= 110
    assert any("theirs" in note and "new" in note for note in found.notes)
    if found.memory is not None:
        assert 1 << 20 < found.memory < 8 << 30


def test_a_rehearsal_without_faces_says_so(start, datasets):
    with pytest.raises(InflError, match="train"):
        run(rehearse(start, [dataset.split("val") for dataset in datasets], SHORT))


def test_a_set_without_a_val_part_is_named(start, datasets):
    notes = run(rehearse(start, [datasets[0].split("train")], SHORT)).notes
    assert any("val" in note for note in notes)


# memory


def test_the_cpu_comes_first_with_its_free_memory():
    first = devices()[0]
    assert first.name == "cpu" and (first.free is None or first.free > 1 << 20)


def test_memory_that_was_taken_is_measured():
    if free_memory("cpu") is None:
        pytest.skip("this system does not say")
    for _ in range(2):  # what was freed first makes the heap keep pieces of that size the second time
        freed = [torch.ones(1 << 18) for _ in range(100)]
        last = torch.ones(1 << 10)
        del freed
    assert last.all()
    with MemoryUsed("cpu") as used:
        taken = [torch.ones(1 << 18) for _ in range(64)]
        del taken
    assert used.size is not None and 60 << 20 < used.size < 200 << 20


def test_running_out_of_memory_is_known_by_its_words():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 55)
    assert ran_out(caught.value) and ran_out(MemoryError()) and not ran_out(ValueError("x"))
    said = str(out_of_memory(FineTune("everything", faces_a_step=16)))
    assert "8 faces a step instead of 16" in said and "heads" in said


def test_sizes_in_words():
    assert in_gib(1.5 * (1 << 30)) == "1.5 GB" and in_gib(300 << 20) == "300 MB"
