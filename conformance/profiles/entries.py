"""Whether the entries of a profile name cases that there are: a typo would never be noticed."""

from pathlib import Path

from conformance.profiles.profile import FOLDER, Profile, ProfileError, nearest
from conformance.requirements.case import names


def check_cases(profile: Profile, folder: Path) -> None:
    """ProfileError for entries that name no case of this folder.

    The suite's own profiles are about the suite's own cases, and tests hold them to it. Parameters
    are not looked at: only a run knows those.
    """
    if Path(profile.file).parent == FOLDER:
        return
    cases = names(folder)
    wanted = [name for known in profile.deviations for name in known.cases]
    problems = [
        f"{profile.file}: [[deviation]] {name}: there is no such case{nearest(name, cases)}"
        for name in wanted
        if name.partition("[")[0] not in cases
    ]
    if problems:
        raise ProfileError("\n".join(problems))
