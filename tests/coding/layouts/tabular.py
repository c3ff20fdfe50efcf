"""A tabular list in NCHS's schema, small: real words of the public list, with everything a reader must know."""

TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular>
<version>2026</version>
<introduction><introSection type="title"><title>Tabular</title></introSection></introduction>
<chapter>
<name>2</name>
<desc>Neoplasms (C00-D49)</desc>
<notes><note>Functional activity</note></notes>
<sectionIndex><sectionRef first="C00" last="C75" id="C00-C75">Malignant</sectionRef></sectionIndex>
<section id="C00-C75"><desc>Malignant neoplasms (C00-C75)</desc></section>
<section id="C43-C44"><desc>Melanoma and other malignant neoplasms of skin (C43-C44)</desc>
<diag><name>C43</name><desc>Malignant melanoma of skin</desc>
<excludes2><note>melanoma in situ (D03.-)</note></excludes2></diag>
<diag><name>C4A</name><desc>Merkel cell carcinoma</desc></diag>
</section>
<section id="D3A"><desc>Benign neuroendocrine tumors (D3A)</desc>
<diag><name>D3A</name><desc>Benign neuroendocrine tumors</desc>
<codeAlso><note>any associated multiple endocrine neoplasia [MEN] syndromes (E31.2-)</note></codeAlso></diag>
</section>
</chapter>
<chapter>
<name>19</name>
<desc>Injury, poisoning and certain other consequences of external causes (S00-T88)</desc>
<section id="S00-S09"><desc>Injuries to the head (S00-S09)</desc>
<diag><name>S06</name><desc>Intracranial injury</desc>
<sevenChrNote><note>The appropriate 7th character is to be added to each code from category S06</note></sevenChrNote>
<sevenChrDef><extension char="A">initial encounter</extension>
<extension char="D">subsequent encounter</extension>
<extension char="S">sequela</extension></sevenChrDef>
<diag><name>S06.0X</name><desc>Concussion</desc>
<diag><name>S06.0X0</name><desc>Concussion without loss of consciousness</desc></diag></diag>
<diag><name>S06.9X7</name><desc>Injury, death due to brain injury prior to regaining consciousness</desc></diag>
</diag>
</section>
<section id="S50-S59"><desc>Injuries to the elbow and forearm (S50-S59)</desc>
<diag><name>S52</name><desc>Fracture of forearm</desc>
<includes><note>fracture of forearm NOS</note></includes>
<excludes1><note>traumatic amputation of forearm (S58.-)</note>
<note>fracture at wrist and hand level (S62.-)</note></excludes1>
<sevenChrDef><extension char="B">initial encounter for open fracture type I or II</extension>
<note>initial encounter for open fracture NOS</note></sevenChrDef>
<diag><name>S52.5</name><desc>Fracture of lower end of
   radius</desc>
<inclusionTerm><note>Colles' fracture</note></inclusionTerm>
<codeFirst><note>underlying disease</note></codeFirst>
<useAdditionalCode><note>code to identify place</note></useAdditionalCode></diag>
</diag>
</section>
</chapter>
</ICD10CM.tabular>
"""


def line(words: str) -> int:
    """The line of the tabular list on which the words stand."""
    return TABULAR[: TABULAR.index(words)].count("\n") + 1
