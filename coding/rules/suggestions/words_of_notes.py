"""Words of notes that are not what the lists mean by them."""

# A mention may run over these: they grade or date a condition and are in few titles.
FILLERS = frozenset(
    "severe mild moderate marked significant slight important known new recent persistent intermittent occasional"  # noqa: SIM905
    " progressive acute chronic sudden gradual diffuse bilateral possible current active stable worsening recurrent"
    " poorly controlled uncontrolled well large small extensive multiple several his her associated generalized intense"
    " patient old underlying concomitant long standing longstanding clinical".split()
)
# Phrases of the lists that say nothing by themselves in a note.
GENERIC = frozenset(" ".join(sorted(phrase.split())) for phrase in (
    "disease", "disorder", "syndrome", "condition", "problem", "finding", "history", "examination", "test", "complication",
    "injury", "abnormal", "normal", "symptom", "sign", "state", "status", "change", "result", "death", "birth", "delivery",
    "pregnancy", "single", "double", "absence", "presence", "loss", "lack", "observation", "procedure", "operation",
    "treatment", "therapy", "reaction", "effect", "contact", "exposure", "use", "failure", "defect", "deficiency",
    "increase", "decrease", "elevation", "excess", "enlarged", "enlargement", "disturbance", "dysfunction",
    "impairment", "attack", "stage", "type", "pressure", "position", "presentation", "admission", "discharge", "screening",
    "aftercare", "care", "checkup", "counseling", "donor", "encounter", "evaluation", "fitting", "follow up", "insertion",
    "removal", "replacement", "transplant", "vaccination", "immunization", "family", "personal", "marriage", "divorce",
    "education", "housing", "employment", "problem family", "infection", "inflammation", "neoplasm", "growth",
    "malignant", "benign", "sensitivity", "resistance", "intolerance", "allergy", "allergic", "shadow", "thickening",
    "atrophy", "hypertrophy", "degeneration", "displacement", "deformity", "dilatation", "distortion", "blood",
    "compression", "contraction", "obstruction", "occlusion", "stenosis", "stricture", "perforation", "rupture",
    "prolapse", "adhesion", "adherent", "foreign body", "puncture", "cut", "bite", "fall", "falling", "fell",
    "accident", "poisoning", "drug", "medication", "immune", "immunity", "old age", "puberty", "menopause",
    "positive", "negative", "culture", "lesion", "cell", "body", "skin", "heart", "lung", "liver", "kidney", "eye",
    "ear", "deposit", "sequela", "late effect", "collapse", "hospital", "surgery", "retention", "secretion", "discharge",
    "regurgitation", "reflux", "drainage", "leak", "distress", "response", "weight", "age", "exercise", "diet", "alcohol",
    "tobacco", "smoke", "smoking", "coffee", "mass", "lump", "nodule", "cyst", "polyp", "node", "spot", "stone",
    "calculus", "gene", "carrier", "donation", "risk", "high risk", "low", "high", "elevated", "reduced", "long term",
    "tear", "red", "redness", "hot", "cold", "dry", "wet", "soft", "hard", "small", "large", "short", "long", "tall",
    "drowning", "burn", "stress", "strain", "sprain", "arrest", "arrested", "delay", "delayed", "retarded", "fixed",
    "floating", "double vision test", "tag", "cleft", "fusion", "fused", "separation", "tube", "catheter", "device",
    "ventilation", "dependence", "addiction", "abuse", "worker", "child", "infant", "newborn", "premature", "term",
    "twin", "triplet", "mother", "father", "baby", "pregnant", "lactation", "breast", "feeding", "crying", "sleep",
    "open", "closed", "fracture", "dislocation", "wound", "laceration", "contusion", "abrasion", "trauma", "amputation",
    "mole", "wart", "plaque", "patch", "macule", "papule", "band", "ring", "web", "bleb", "blood test", "tension",
    "vein", "artery", "nerve", "muscle", "bone", "joint", "incomplete", "complete", "acquired", "congenital", "stress test",
    "impaction", "impacted", "engorgement", "irritation", "flow", "hyperplasia", "metaplasia", "dysplasia", "fibrosis",
    "calcification", "necrosis", "gas", "air", "water", "heat", "light", "noise", "radiation", "vibration", "travel",
    "anesthesia", "analgesia", "hematoma", "reflex", "blood urine", "gastrostomy", "tracheostomy", "colostomy", "folic acid", "ischemia",
    "recurrent episode", "cell malignant neoplasm", "inflammatory", "decubitus", "metastatic", "bleeding", "ulcer", "abscess",
    "malignant neoplasm", "prolapsed", "hemorrhage", "maintenance therapy", "wound infection",  "pathology", "axis", "may", "scale", "sinus", "cavity", "cholesterol", "diuresis", "consumption",
    "old", "male", "female", "block", "maintenance", "ca", "hla", "ffa", "tac", "may", "march", "anomaly", "paralysis", "aneurysm",
    "recurrent", "episode", "defect", "bone defect", "granulation", "granulation tissue", "implant", "variant", "flap", "graft",
    "blood a", "a", "b", "c", "d", "h", "intraocular pressure", "body temperature", "blood pressure", "pulse", "temperature",
    "fluid", "dose", "overuse", "work", "school", "home", "pet", "dog", "cat", "insect", "snake",
))  # fmt: skip
# Behind a phrase: it is about a test, a place or a remedy and not about the condition.
TESTS = frozenset(
    "panel serology screen screening test testing culture vaccine vaccination antibody antigen immunization clinic"  # noqa: SIM905
    " prophylaxi education medication drug marker pcr titer titre score scale index questionnaire risk diet cuff"
    " monitor monitoring meter control unit department service specialist center centre program".split()
)
# Stems of which no mention may consist alone.
NOT_A_CONDITION = frozenset("acute chronic severe mild moderate right left bilateral upper lower with without".split())  # noqa: SIM905
