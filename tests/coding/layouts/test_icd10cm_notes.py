"""The chapters, blocks and notes of the tabular XML."""

from coding.rules.layouts.icd10cm_notes import NOTES_AND_GROUPS
from tests.coding.layouts.reading import read, refused, rows
from tests.coding.layouts.tabular import TABULAR, line


def test_blocks_stand_in_the_blocks_that_enclose_them():
    assert rows(NOTES_AND_GROUPS, TABULAR, "position", "within", "label", "title", "first", "last") == [
        (1, None, "2", "Neoplasms", "C00", "D49"),
        (2, 1, "C00-C75", "Malignant neoplasms", "C00", "C75"),
        (3, 2, "C43-C44", "Melanoma and other malignant neoplasms of skin", "C43", "C44"),
        (4, 1, "D3A", "Benign neuroendocrine tumors", "D3A", "D3A"),
        (5, None, "19", "Injury, poisoning and certain other consequences of external causes", "S00", "T88"),
        (6, 5, "S00-S09", "Injuries to the head", "S00", "S09"),
        (7, 5, "S50-S59", "Injuries to the elbow and forearm", "S50", "S59"),
    ]


def test_a_group_lists_its_categories_for_a_range_does_not_tell():
    categories = dict(rows(NOTES_AND_GROUPS, TABULAR, "label", "categories"))
    assert categories["C43-C44"] == ["C43", "C4A"]
    assert categories["C00-C75"] == ["C43", "C4A"]
    assert categories["2"] == ["C43", "C4A", "D3A"]


def test_every_kind_of_note_stands_at_its_holder_in_the_order_of_the_file():
    notes = rows(NOTES_AND_GROUPS, TABULAR, "holder", "kind", "text", table="CodeNote")
    assert notes == [
        ("2", "note", "Functional activity"),
        ("C43", "excludes2", "melanoma in situ (D03.-)"),
        ("D3A", "code_also", "any associated multiple endocrine neoplasia [MEN] syndromes (E31.2-)"),
        ("S06", "seventh_character", "The appropriate 7th character is to be added to each code from category S06"),
        ("S06", "extension", "A initial encounter"),
        ("S06", "extension", "D subsequent encounter"),
        ("S06", "extension", "S sequela"),
        ("S52", "includes", "fracture of forearm NOS"),
        ("S52", "excludes1", "traumatic amputation of forearm (S58.-)"),
        ("S52", "excludes1", "fracture at wrist and hand level (S62.-)"),
        ("S52", "extension", "B initial encounter for open fracture type I or II"),
        ("S52", "note", "7th character B: initial encounter for open fracture NOS"),
        ("S525", "inclusion_term", "Colles' fracture"),
        ("S525", "code_first", "underlying disease"),
        ("S525", "use_additional", "code to identify place"),
    ]
    assert [position for (position,) in rows(NOTES_AND_GROUPS, TABULAR, "position", table="CodeNote")] == [
        *range(1, 16)
    ]


def test_the_table_of_visual_impairment_becomes_sentences():
    table = (
        "<visualImpairment><visCategory><heading>Category</heading></visCategory><visCategory><value>1</value>"
        "<visRange><visMax><value>6/18</value></visMax><visMin><value>6/60</value></visMin></visRange>"
        "<visRange><visMax><value>20/70</value></visMax><visMin><value>20/200</value></visMin></visRange>"
        "</visCategory></visualImpairment></diag>"
    )
    content = TABULAR.replace("Merkel cell carcinoma</desc></diag>", f"Merkel cell carcinoma</desc>{table}")
    assert (
        "C4A",
        "note",
        "Category of visual impairment 1: less than 6/18, 20/70; equal to or better than 6/60, 20/200",
    ) in rows(NOTES_AND_GROUPS, content, "holder", "kind", "text", table="CodeNote")


def test_spoiled_elements_are_refused_once_each_by_their_lines():
    content = (
        TABULAR.replace("<name>19</name>", "<name>nineteen</name>")
        .replace('id="S50-S59"', 'id="S5"')
        .replace("Colles' fracture", " ")
        .replace("<name>C43", "<name>43C")
    )
    assert refused(NOTES_AND_GROUPS, content) == [
        (line("<name>C43"), "'43C' is no ICD-10-CM code"),
        (line("<name>19") - 1, "'nineteen' is no chapter"),
        (line('id="S50-S59"'), "'S5' is no block of codes"),
        (line("Colles"), "has no text"),
    ]
    assert len(read(NOTES_AND_GROUPS, content)) > 15
