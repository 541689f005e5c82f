import pytest

from reference_server.storage import Store


@pytest.fixture(params=["memory", "disk"])
def store(request, tmp_path):
    store = Store(None if request.param == "memory" else tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def account(store):
    return store.account("alice@example.test")
