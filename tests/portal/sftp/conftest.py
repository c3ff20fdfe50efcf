"""Each test of the SFTP door has a server and a client of River's account."""

import pytest

from tests.sftp import Server, client_of


@pytest.fixture
def limits():
    """Settings of the server, if not the usual ones."""
    return {}


@pytest.fixture
def server(tmp_path, transactional_db, limits):
    server = Server(tmp_path)
    server.start(**limits)
    yield server
    server.stop()


@pytest.fixture
def client(server, river, cleo, tmp_path):
    return client_of(server, river, cleo, tmp_path)
