/**
 * What stays of codes and units, as closed lists: a code that is on none of them never leaves. Beside them the wallet's directory of
 * common diseases, medicines, vaccines and tests (`core/forms/directory`). Displays are those of the lists, never the record's.
 */

/** Vital signs and tests that are ordered everywhere: `LOINC|name`. */
export const TESTS_BESIDE = `
85354-9|Blood pressure panel
55284-4|Blood pressure systolic and diastolic
85353-1|Vital signs panel
8331-1|Oral temperature
2708-6|Oxygen saturation in arterial blood
9843-4|Head circumference
72514-3|Pain severity 0-10
72166-2|Tobacco smoking status
74013-4|Alcoholic drinks per day
82810-3|Pregnancy status
20570-8|Hematocrit of blood
786-4|MCHC
788-0|Erythrocyte distribution width ratio
21000-5|Erythrocyte distribution width
32207-3|Platelet distribution width
32623-1|Platelet mean volume
26449-9|Eosinophils
26474-7|Lymphocytes
26499-4|Neutrophils
26444-0|Basophils
26484-6|Monocytes
26464-8|Leukocytes
58410-2|Complete blood count panel
24323-8|Comprehensive metabolic panel
51990-0|Basic metabolic panel
57698-3|Lipid panel
2345-7|Glucose in serum or plasma
1558-6|Fasting glucose
59261-8|Hemoglobin A1c, IFCC
38483-4|Creatinine in blood
14682-9|Creatinine, molar
62238-1|Glomerular filtration rate, CKD-EPI
6299-2|Urea nitrogen in blood
22664-7|Urea, molar
49765-1|Calcium in blood
2000-8|Calcium, molar
2947-0|Sodium in blood
6298-4|Potassium in blood
2069-3|Chloride in blood
20565-8|Carbon dioxide in blood
2028-9|Carbon dioxide in serum
14879-1|Phosphate, molar
2885-2|Protein in serum
10834-0|Globulin
1968-7|Direct bilirubin
14631-6|Total bilirubin, molar
6769-4|Alkaline phosphatase
2157-6|Creatine kinase
18262-6|LDL cholesterol, direct
39469-2|LDL cholesterol, molar
14647-2|Total cholesterol, molar
14646-4|HDL cholesterol, molar
14927-8|Triglycerides, molar
14959-1|Microalbumin to creatinine ratio
9318-7|Albumin to creatinine ratio in urine
14685-2|Vitamin B12, molar
14732-2|Folate, molar
2276-4|Ferritin
5902-2|Prothrombin time
6301-6|INR
2857-1|Prostate specific antigen
33762-6|NT-proBNP
10230-1|Left ventricular ejection fraction`;

/** Findings that results are told by: `SNOMED CT|name`. */
export const FINDINGS = `
10828004|Positive
260385009|Negative
260373001|Detected
260415000|Not detected
52101004|Present
2667000|Absent
419984006|Inconclusive
17621005|Normal
263654008|Abnormal
266919005|Never smoked tobacco
8517006|Ex-smoker
77176002|Smoker
449868002|Smokes tobacco daily
266927001|Tobacco smoking consumption unknown`;

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
/** Codes of HL7's own lists, which say how something stands and nothing of who it is: system, then codes. */
export const HL7_CODES: Readonly<Record<string, string>> = {
  [`${TERMINOLOGY}/observation-category`]:
    'social-history vital-signs imaging laboratory procedure survey exam therapy activity',
  [`${TERMINOLOGY}/condition-category`]: 'problem-list-item encounter-diagnosis',
  [`${TERMINOLOGY}/condition-clinical`]: 'active recurrence relapse inactive remission resolved',
  [`${TERMINOLOGY}/condition-ver-status`]: 'unconfirmed provisional differential confirmed refuted',
  [`${TERMINOLOGY}/allergyintolerance-clinical`]: 'active inactive resolved',
  [`${TERMINOLOGY}/allergyintolerance-verification`]: 'unconfirmed presumed confirmed refuted',
  [`${TERMINOLOGY}/v3-ActCode`]: 'AMB EMER FLD HH IMP ACUTE NONAC OBSENC PRENC SS VR',
  [`${TERMINOLOGY}/v3-ObservationInterpretation`]: 'A AA H HH L LL N POS NEG IND R S I DET ND',
  [`${TERMINOLOGY}/v3-RoleCode`]:
    'FTH MTH NFTH NMTH BRO SIS NBRO NSIS SON DAU CHILD GRMTH GRFTH MGRMTH MGRFTH PGRMTH PGRFTH AUNT UNCLE COUSN FAMMEMB SIB PRN',
  [`${TERMINOLOGY}/v2-0074`]: 'LAB HM CH MB RAD CT US CUS GE',
  [`${TERMINOLOGY}/data-absent-reason`]: 'unknown not-performed not-applicable error not-asked asked-unknown',
  [`${TERMINOLOGY}/medicationrequest-category`]: 'inpatient outpatient community discharge',
};

/** Units of UCUM; what is annotated in braces is text, and only these annotations stay. */
export const UNITS = new Set(
  `1 % [degF] [diop] [in_i] [lb_av] {score} {steps} {beats}/min /min /d /h /wk /[HPF] /[LPF] /uL Cel K a mo wk d h min s ms
  kg g mg ug ng pg kg/m2 cm m mm km L dL mL uL fL pL m2 mm[Hg] kPa Pa cm[H2O] kcal kcal/d kJ W
  g/dL g/L mg/dL mg/L ug/dL ug/L ug/mL ng/dL ng/L ng/mL pg/mL mg/g mg/mmol g/mol mg/kg mg/d mg/h g/d
  mol/L mmol/L umol/L nmol/L pmol/L mmol/mol mmol/kg mosm/kg meq/L meq/d mmol/d
  U/L U/mL mU/L mU/mL uU/mL [IU]/L [IU]/mL [iU]/L [iU]/mL m[IU]/L m[IU]/mL u[IU]/mL [IU] [iU] k[IU]/L kat/L ukat/L nkat/L U
  10*9/L 10*12/L 10*6/L 10*3/uL 10*6/uL 10*3/mL L/L mL/min mL/min/{1.73_m2} mL/min/1.73.m2 L/min mL/kg mL/h mm/h {INR} {ratio}
  mm2 cm2 dB Hz [pH] {tbl} {capsule} {puff} [drp]`
    .trim()
    .split(/\s+/),
);
/** How a unit is often written that UCUM has otherwise. */
export const UNIT_NAMES: Readonly<Record<string, string>> = {
  mmHg: 'mm[Hg]',
  'mm Hg': 'mm[Hg]',
  'mmol/l': 'mmol/L',
  'mg/dl': 'mg/dL',
  'g/dl': 'g/dL',
  'g/l': 'g/L',
  'U/l': 'U/L',
  'IU/L': '[IU]/L',
  bpm: '/min',
  '°C': 'Cel',
  C: 'Cel',
  MG: 'mg',
  gram: 'g',
  day: 'd',
  Day: 'd',
  years: 'a',
  lb: '[lb_av]',
  in: '[in_i]',
};
