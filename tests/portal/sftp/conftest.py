"""Each test of the SFTP door has a server and a client of River's account."""

import pytest

from tests.sftp import Server, client_of


@pytest.fixture
def server(tmp_path, transactional_db):
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server, river, cleo, tmp_path):
    return client_of(server, river, cleo, tmp_path)
