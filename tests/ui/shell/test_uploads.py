"""What uploads may take of the server's memory."""

import tomllib
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from recommender.images import BYTES_PER_MB, DEFAULT_LIMITS
from recommender.serving.hosts import LOCAL
from recommender.ui.pages import photo
from recommender.ui.parts import intake
from recommender.ui.shared.sizes import MAX_PHOTO_MB, MAX_UPLOAD_MB
from recommender.ui.shell import reception, uploads
from recommender.ui.shell.uploads import MB, UploadGuard
from tools.serving import ROOT

OWNER = {LOCAL: "1"}


@pytest.fixture
def manager() -> MemoryUploadedFileManager:
    return MemoryUploadedFileManager("/_stcore/upload_file")


@pytest.fixture
def client(manager: MemoryUploadedFileManager) -> Iterator[TestClient]:
    """An application that keeps uploads as Streamlit does, with room for little."""

    async def put(request: Request) -> Response:
        names = request.path_params
        data = await request.body()
        manager.add_file(names["session"], UploadedFileRec(names["file"], "a.jpg", "", data))
        return Response(status_code=204)

    app = Starlette(
        routes=[Route("/_stcore/upload_file/{session}/{file}", put, methods=["PUT"])],
        middleware=[Middleware(UploadGuard, lambda: manager, 100, 250)],
    )
    with TestClient(app) as running:
        yield running


def test_page_server_and_configuration_name_one_number() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert settings["server"]["maxUploadSize"] == MAX_UPLOAD_MB
    assert vars(intake)["MAX_UPLOAD_MB"] is MAX_UPLOAD_MB
    assert vars(reception)["MAX_UPLOAD_MB"] is MAX_UPLOAD_MB
    proxy = (ROOT / "docs" / "public.md").read_text(encoding="utf-8")
    assert f"client_max_body_size    {MAX_UPLOAD_MB + 1}m;" in proxy
    assert f"up to {MAX_UPLOAD_MB} MB" in (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    assert vars(photo)["MAX_PHOTO_MB"] is MAX_PHOTO_MB
    assert DEFAULT_LIMITS.max_bytes == MAX_PHOTO_MB * BYTES_PER_MB


def test_a_session_holds_a_bound_and_its_oldest_goes_first(
    client: TestClient, manager: MemoryUploadedFileManager
) -> None:
    for number in range(40):
        path = f"/_stcore/upload_file/one/{number}"
        assert client.put(path, content=bytes(31), headers=OWNER).status_code == 204
        assert uploads.n_held(manager) <= 100
    assert list(manager.file_storage["one"]) == ["37", "38", "39"]


def test_all_sessions_together_have_a_bound(
    client: TestClient, manager: MemoryUploadedFileManager
) -> None:
    statuses = [
        client.put(f"/_stcore/upload_file/{number}/a", content=bytes(90), headers=OWNER).status_code
        for number in range(4)
    ]
    assert statuses == [204, 204, 503, 503]
    manager.remove_session_files("0")  # as Streamlit does when a session ends
    path = "/_stcore/upload_file/9/a"
    assert client.put(path, content=bytes(90), headers=OWNER).status_code == 204


@pytest.mark.parametrize(
    ("n_mb", "status"), [(MAX_PHOTO_MB + 2, 413), (MAX_PHOTO_MB, None), (None, 411)]
)
def test_nothing_larger_than_a_photo_is_held_in_memory(
    n_mb: int | None, status: int | None
) -> None:
    from starlette.datastructures import Headers

    declared = {} if n_mb is None else {"content-length": str(n_mb * MB)}
    guard = UploadGuard(Starlette(), lambda: None)
    refusal = guard._refusal(Headers(headers=declared), "one")
    assert (refusal.status_code if refusal else None) == status
