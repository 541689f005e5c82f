# Sourced by scripts/conformance and scripts/test, from the top of the checkout.
# prepare_virtualenv [EXTRA]: .venv holds the package, with the extra of pyproject.toml, as it is now.

# The first Python that is new enough, on stdout.
find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "$0: python3 must be 3.11 or newer, and there is no such python3 here" >&2
    return 1
}

# Debian's python3 comes without the part of the standard library that makes environments.
make_virtualenv() {
    local python=$1
    if ! "$python" -c 'import ensurepip' 2>/dev/null && [[ $EUID == 0 ]] && command -v apt-get >/dev/null; then
        echo "$0: installing Debian's python3-venv" >&2
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    fi
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "$0: $python cannot make a virtual environment (Debian: apt install python3-venv)" >&2
        exit 2
    fi
}

prepare_virtualenv() {
    local extra=${1:-} python installed=.venv/installed${1:+-$1}
    if [[ ! -x .venv/bin/python ]]; then
        python=$(find_python) || exit 2
        echo "$0: making .venv" >&2
        make_virtualenv "$python"
    fi
    if [[ ! $installed -nt pyproject.toml ]]; then
        echo "$0: installing into .venv" >&2
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            --editable ".${extra:+[$extra]}" >&2
        touch "$installed"
    fi
}
