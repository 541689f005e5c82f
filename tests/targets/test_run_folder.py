"""The folder in which the processes of a run leave files for each other."""

import os
import subprocess
import sys

from conformance.report.transcripts import StoredTranscript, store
from conformance.targets.run_folder import FLAG, NAME, run_folder


def test_what_a_killed_run_has_left_is_removed_whatever_its_process_id(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for number in (ended.pid, os.getpid()):
        left = tmp_path / NAME.format(number)
        left.mkdir()
        (left / FLAG).write_text("mail was in danger")
    with run_folder(str(tmp_path)) as folder:
        assert [str(each) for each in tmp_path.rglob("*")] == [folder]
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_run_that_goes_on_is_kept(tmp_path):
    other = tmp_path / NAME.format(os.getppid())
    other.mkdir()
    with run_folder(str(tmp_path)):
        assert other.exists()


def test_dialogues_of_two_runs_in_one_process_are_told_apart(tmp_path):
    file = tmp_path / "dialogues"
    for text in ("first", "other"):
        dialogue = StoredTranscript(*store([{"text": text}], file))
        assert list(dialogue) == [{"text": text}]
        file.unlink()
