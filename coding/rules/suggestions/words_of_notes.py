"""Words of notes that are not what the lists mean by them."""

from coding.rules.suggestions.phrases import word_set

# A mention may run over these: they grade or date a condition and are in few titles.
FILLERS = word_set(
    """
    severe mild moderate marked significant slight important known new recent persistent intermittent occasional
    progressive acute chronic sudden gradual diffuse bilateral current active stable worsening
    recurrent poorly controlled uncontrolled well large small extensive multiple several his her associated
    generalized intense patient old underlying concomitant long standing longstanding clinical
    """
)
# Phrases of the lists that say nothing by themselves in a note.
GENERIC = frozenset(
    " ".join(phrase.split())
    for phrase in """
    a, a blood, abnormal, abrasion, abscess, absence, abuse, accident, acid folic, acquired, addiction,
    adherent, adhesion, admission, aftercare, age, age old, air, alcohol, allergic, allergy, amputation,
    analgesia, anesthesia, aneurysm, anomaly, arrest, arrested, artery, atrophy, attack, axis, b, baby, band,
    benign, birth, bite, bleb, bleeding, block, blood, blood pressure, blood test, blood urine, body, body
    foreign, body temperature, bone, bone defect, breast, burn, c, ca, calcification, calculus, care, carrier,
    cat, catheter, cavity, cell, cell malignant neoplasm, change, checkup, child, cholesterol, cleft, closed,
    coffee, cold, collapse, colostomy, complete, complication, compression, concern, condition, congenital,
    consumption, contact, contraction, contusion, counseling, crying, culture, cut, cyst, d, death, decrease,
    decubitus, defect, deficiency, deformity, degeneration, delay, delayed, delivery, dependence, deposit,
    device, diet, dilatation, discharge, disease, dislocation, disorder, displacement, distortion, distress,
    disturbance, diuresis, divorce, dog, donation, donor, dose, double, double test vision, drainage, drowning,
    drug, dry, dysfunction, dysplasia, ear, education, effect, effect late, elevated, elevation, employment,
    encounter, engorgement, enlarged, enlargement, episode, episode recurrent, evaluation, examination, excess,
    exercise, exposure, eye, failure, fall, falling, family, family problem, father, feeding, fell, female, ffa,
    fibrosis, finding, fistula, fitting, fixed, flap, floating, flow, fluid, follow up, fracture, fused, fusion,
    ganglion, gas, gastrostomy, gene, graft, granulation, granulation tissue, growth, h, hard, heart, heat,
    hematoma, hemorrhage, high, high risk, history, hla, home, hospital, hot, housing, hyperplasia, hypertrophy,
    immune, immunity, immunization, impacted, impaction, impairment, implant, incomplete, increase, infant,
    infection, infection wound, inflammation, inflammatory, injury, insect, insertion, intolerance, intraocular
    pressure, irritation, ischemia, joint, kidney, laceration, lack, lactation, large, leak, lesion, light,
    lipid, liver, long, long term, loss, low, lump, lung, macule, maintenance, maintenance therapy, male,
    malignant, malignant neoplasm, march, marriage, mass, maxillary sinus, may, medication, menopause,
    metaplasia, metastatic, mole, mother, muscle, necrosis, negative, neoplasm, nerve, newborn, node, nodule,
    noise, normal, observation, obstruction, occlusion, old, open, operation, overuse, papule, paralysis, patch,
    pathology, perforation, personal, pet, plaque, poisoning, polyp, position, positive, pregnancy, pregnant,
    premature, presence, presentation, pressure, problem, procedure, prolapse, prolapsed, puberty, pulse,
    puncture, radiation, reaction, recurrent, red, redness, reduced, reflex, reflux, regurgitation, removal,
    replacement, resistance, response, result, retarded, retention, ring, risk, rupture, scale, school,
    screening, secretion, sensitivity, separation, sequela, shadow, short, sign, single, sinus, skin, sleep,
    small, smoke, smoking, snake, soft, spot, sprain, stage, state, status, stenosis, stone, strain, stress,
    stress test, stricture, surgery, symptom, syndrome, tac, tag, tall, tear, temperature, tension, term, test,
    therapy, thickening, tobacco, tracheostomy, transplant, trauma, travel, treatment, triplet, tube, twin,
    type, ulcer, use, vaccination, variant, vein, ventilation, vibration, wart, water, web, weight, wet, work,
    worker, wound
    """.split(",")  # noqa: SIM905
)
# Behind a phrase: it is about a test, a place or a remedy and not about the condition.
TESTS = word_set(
    """
    panel tenderness serology screen screening test testing culture vaccine vaccination antibody antigen immunization
    clinic prophylaxi education medication drug marker pcr titer titre score scale index questionnaire risk diet
    cuff monitor monitoring meter control unit department service specialist center centre program
    """
)
# Words that a search reads as the reason for a service, and a note does not.
NOT_EXPANDED = word_set(
    "colonoscopy stent exam physical appy checkup eval vaccine vaccination immunization vax rf screen surgery vasectomy"
)
# A length of time is no part of a condition: "fever for five days" is no five-day fever.
TIMES = word_set("hour day week month year minute")
# Stems of which no mention may consist alone.
NOT_A_CONDITION = word_set("acute chronic severe mild moderate right left bilateral upper lower with without")
