from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from convnets import lab
from convnets.picture_set import SETS, class_of

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared/data/cats_and_dogs_small"


def save(path: Path, size: tuple[int, int] = (48, 40)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (120, 90, len(path.name))).save(path)
    return path


def kaggle(folder: Path, count: int) -> Path:
    """As Kaggle's archive unpacks: cats and dogs in one folder."""
    for number in range(count):
        save(folder / f"cat.{number}.jpg")
        save(folder / f"dog.{number}.jpg")
    return folder


def by_class(folder: Path, count: int, *, names: tuple[str, str] = ("cats", "dogs")) -> Path:
    for name in names:
        for number in range(count):
            save(folder / name / f"{number}.jpg")
    return folder


def split(folder: Path, count: int) -> Path:
    for name in SETS:
        for class_name in ("cats", "dogs"):
            for number in range(count):
                save(folder / name / class_name / f"{class_name[:-1]}.{number}.jpg")
    return folder


@pytest.fixture(scope="module")
def twenty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kaggle(tmp_path_factory.mktemp("kaggle"), 20)


def test_the_books_split_is_taken_as_it_is(tmp_path):
    pictures = lab.photographs(split(tmp_path, 3))
    for name in SETS:
        assert {path.parent.parent.name for path in pictures.files[name]} == {name}
        assert pictures.labels(name).tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("names", [("cats", "dogs"), ("Cat", "Dog")])
def test_one_folder_for_each_class_is_split(names, tmp_path):
    pictures = lab.photographs(by_class(tmp_path, 12, names=names))
    assert {name: len(files) for name, files in pictures.files.items()} == {"train": 16, "validation": 4, "test": 4}
    for name in SETS:
        assert pictures.labels(name).mean() == 0.5
        assert [path.parent.name == names[1] for path in pictures.files[name]] == list(pictures.labels(name) == 1)


@pytest.mark.parametrize(
    "file", ["{folder}/catahoula_{number}.jpg", "{folder}/dogue_{number}.jpg", "{folder}/{number}.jpg"]
)
def test_the_folder_of_a_class_decides_not_the_file_in_it(file, tmp_path):
    for name in SETS:
        for folder in ("cats", "dogs"):
            for number in range(2):
                save(tmp_path / name / file.format(folder=folder, number=number))
    pictures = lab.photographs(tmp_path)
    for name in SETS:
        assert [path.parent.name for path in pictures.files[name]] == ["cats", "cats", "dogs", "dogs"]
        assert pictures.labels(name).tolist() == [0, 0, 1, 1]


counts = st.integers(0, 6).map(lambda half: 2 * half)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(train=counts, validation=counts, test=counts, seed=st.integers(0, 100))
def test_sets_are_disjoint_balanced_and_of_the_sizes_asked_for(twenty, train, validation, test, seed):
    wanted = {"train": train, "validation": validation, "test": test}
    pictures = lab.photographs(twenty, **wanted, seed=seed)
    assert {name: len(files) for name, files in pictures.files.items()} == wanted
    used = [path for files in pictures.files.values() for path in files]
    assert len(set(used)) == len(used)
    assert all(Counter(map(class_of, files))[0] * 2 == len(files) for files in pictures.files.values())
    assert lab.photographs(twenty, **wanted, seed=seed) == pictures


def test_another_seed_takes_other_photographs(twenty):
    first, second = (lab.photographs(twenty, train=8, validation=4, test=4, seed=seed) for seed in (0, 1))
    assert set(first.files["train"]) != set(second.files["train"])


def test_photographs_are_read_as_arrays_of_one_size(twenty):
    images, labels = lab.photographs(twenty, train=8, validation=0, test=0).arrays("train", 24)
    assert (images.shape, images.dtype.name, labels.dtype.name) == ((8, 24, 24, 3), "uint8", "float32")


@pytest.fixture
def with_broken_files(tmp_path: Path) -> Path:
    folder = kaggle(tmp_path, 6)
    (folder / "cat.2.jpg").write_bytes(b"")
    whole = (folder / "dog.3.jpg").read_bytes()
    (folder / "dog.3.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    save(folder / "dog.5.jpg", (20, 300))
    return folder


def test_broken_files_are_refused_by_name(with_broken_files):
    with pytest.raises(ValueError, match="cat.2.jpg, dog.3.jpg, dog.5.jpg\n.*\n.*skip_broken=True"):
        lab.photographs(with_broken_files)


def test_broken_files_can_be_left_out(with_broken_files):
    pictures = lab.photographs(with_broken_files, skip_broken=True)
    names = {path.name for files in pictures.files.values() for path in files}
    assert len(names) == 9
    assert not names & {"cat.2.jpg", "dog.3.jpg", "dog.5.jpg"}


def test_of_very_many_broken_files_ten_are_named(tmp_path):
    folder = by_class(tmp_path, 8)
    for path in folder.glob("*/*.jpg"):
        path.write_bytes(b"no photograph")
    with pytest.raises(ValueError, match="and 6 more"):
        lab.photographs(folder)


def test_too_few_photographs_are_refused_with_the_number_there_is(twenty):
    with pytest.raises(ValueError, match="at least 21 cats\n.*20"):
        lab.photographs(twenty, train=42, validation=0, test=0)


def test_an_odd_number_is_refused(twenty):
    with pytest.raises(ValueError, match="an even test"):
        lab.photographs(twenty, test=3)


def test_a_folder_without_cats_and_dogs_is_refused_with_the_layouts(tmp_path):
    save(tmp_path / "horse.1.jpg")
    save(tmp_path / "cat.1.jpg")
    with pytest.raises(FileNotFoundError, match="train, validation and test.*\n.*1 cats and 0 dogs"):
        lab.photographs(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder: .*nowhere\n.*\n.*cats_and_dogs"):
        lab.photographs(tmp_path / "nowhere")


def test_real_photographs_are_found_whole():
    if not REAL.is_dir():
        pytest.skip("no photographs in ../shared/data next to the project")
    pictures = lab.photographs(REAL)
    assert {name: len(files) for name, files in pictures.files.items()} == {
        "train": 400,
        "validation": 200,
        "test": 200,
    }
