/** Diseases that are common: `ICD-10 (WHO)|English|German|Spanish`, other words for the same after commas. */
export const DISEASES = `
A04.7|Clostridioides difficile infection|Clostridioides-difficile-Infektion|Infección por Clostridioides difficile
A09|Gastroenteritis,stomach flu|Magen-Darm-Grippe,Gastroenteritis|Gastroenteritis
A15|Tuberculosis|Tuberkulose|Tuberculosis
A69.2|Lyme disease|Borreliose,Lyme-Krankheit|Enfermedad de Lyme
B00|Herpes simplex,cold sores|Herpes simplex,Lippenherpes|Herpes simple
B01|Chickenpox,varicella|Windpocken,Varizellen|Varicela
B02|Shingles,herpes zoster|Gürtelrose,Herpes zoster|Herpes zóster,culebrilla
B05|Measles|Masern|Sarampión
B26|Mumps|Mumps|Paperas
B18.1|Chronic hepatitis B|Chronische Hepatitis B|Hepatitis B crónica
B18.2|Chronic hepatitis C|Chronische Hepatitis C|Hepatitis C crónica
B24|HIV infection|HIV-Infektion|Infección por VIH
B54|Malaria|Malaria|Malaria,paludismo
C16|Stomach cancer|Magenkrebs|Cáncer de estómago
C18|Colon cancer,bowel cancer|Dickdarmkrebs,Darmkrebs|Cáncer de colon
C20|Rectal cancer|Enddarmkrebs|Cáncer de recto
C25|Pancreatic cancer|Bauchspeicheldrüsenkrebs|Cáncer de páncreas
C34|Lung cancer|Lungenkrebs|Cáncer de pulmón
C43|Melanoma,skin cancer|Melanom,schwarzer Hautkrebs|Melanoma
C50|Breast cancer|Brustkrebs|Cáncer de mama
C53|Cervical cancer|Gebärmutterhalskrebs|Cáncer de cuello uterino
C56|Ovarian cancer|Eierstockkrebs|Cáncer de ovario
C61|Prostate cancer|Prostatakrebs|Cáncer de próstata
C64|Kidney cancer|Nierenkrebs|Cáncer de riñón
C67|Bladder cancer|Blasenkrebs|Cáncer de vejiga
C73|Thyroid cancer|Schilddrüsenkrebs|Cáncer de tiroides
D50|Iron deficiency anaemia,anemia|Eisenmangelanämie,Blutarmut|Anemia ferropénica
D51|Vitamin B12 deficiency anaemia|Vitamin-B12-Mangelanämie|Anemia por deficiencia de vitamina B12
D57|Sickle cell disease|Sichelzellkrankheit|Anemia falciforme
D56|Thalassaemia|Thalassämie|Talasemia
D66|Haemophilia A|Hämophilie A|Hemofilia A
E03|Hypothyroidism,underactive thyroid|Hypothyreose,Schilddrüsenunterfunktion|Hipotiroidismo
E05|Hyperthyroidism,overactive thyroid|Hyperthyreose,Schilddrüsenüberfunktion|Hipertiroidismo
E06.3|Hashimoto thyroiditis|Hashimoto-Thyreoiditis|Tiroiditis de Hashimoto
E10|Type 1 diabetes|Typ-1-Diabetes,Zuckerkrankheit|Diabetes tipo 1
E11|Type 2 diabetes|Typ-2-Diabetes,Zuckerkrankheit|Diabetes tipo 2
E28.2|Polycystic ovary syndrome,PCOS|Polyzystisches Ovarialsyndrom|Síndrome de ovario poliquístico
E55|Vitamin D deficiency|Vitamin-D-Mangel|Deficiencia de vitamina D
E66|Obesity|Adipositas,Übergewicht|Obesidad
E73|Lactose intolerance|Laktoseintoleranz|Intolerancia a la lactosa
E78.0|High cholesterol,hypercholesterolaemia|Hohes Cholesterin,Hypercholesterinämie|Colesterol alto,hipercolesterolemia
E78.5|High blood lipids,hyperlipidaemia|Hohe Blutfette,Hyperlipidämie|Hiperlipidemia
E84|Cystic fibrosis|Mukoviszidose|Fibrosis quística
F03|Dementia|Demenz|Demencia
F10.2|Alcohol dependence|Alkoholabhängigkeit|Dependencia del alcohol
F20|Schizophrenia|Schizophrenie|Esquizofrenia
F31|Bipolar disorder|Bipolare Störung|Trastorno bipolar
F32|Depression|Depression|Depresión
F41.1|Anxiety disorder|Angststörung|Trastorno de ansiedad
F42|Obsessive-compulsive disorder,OCD|Zwangsstörung|Trastorno obsesivo-compulsivo
F43.1|Post-traumatic stress disorder,PTSD|Posttraumatische Belastungsstörung|Trastorno por estrés postraumático
F50.0|Anorexia nervosa|Magersucht,Anorexie|Anorexia nerviosa
F84.0|Autism|Autismus|Autismo
F90.0|ADHD,attention deficit disorder|ADHS,Aufmerksamkeitsstörung|TDAH,trastorno por déficit de atención
G20|Parkinson's disease|Parkinson-Krankheit|Enfermedad de Parkinson
G30|Alzheimer's disease|Alzheimer-Krankheit|Enfermedad de Alzheimer
G35|Multiple sclerosis|Multiple Sklerose|Esclerosis múltiple
G40|Epilepsy|Epilepsie|Epilepsia
G43|Migraine|Migräne|Migraña
G44.2|Tension headache|Spannungskopfschmerz|Cefalea tensional
G47.0|Insomnia|Schlaflosigkeit|Insomnio
G47.3|Sleep apnoea|Schlafapnoe|Apnea del sueño
G56.0|Carpal tunnel syndrome|Karpaltunnelsyndrom|Síndrome del túnel carpiano
G62|Polyneuropathy|Polyneuropathie|Polineuropatía
H25|Cataract|Grauer Star,Katarakt|Catarata
H40|Glaucoma|Grüner Star,Glaukom|Glaucoma
H35.3|Macular degeneration|Makuladegeneration|Degeneración macular
H52.1|Short-sightedness,myopia|Kurzsichtigkeit|Miopía
H66|Middle ear infection,otitis media|Mittelohrentzündung|Otitis media
H90|Hearing loss|Schwerhörigkeit|Pérdida de audición
H93.1|Tinnitus|Tinnitus|Acúfenos,tinnitus
I10|High blood pressure,hypertension|Bluthochdruck,Hypertonie|Hipertensión,presión alta
I20|Angina|Angina pectoris|Angina de pecho
I21|Heart attack,myocardial infarction|Herzinfarkt|Infarto de miocardio
I25|Coronary heart disease|Koronare Herzkrankheit|Cardiopatía isquémica
I26|Pulmonary embolism|Lungenembolie|Embolia pulmonar
I48|Atrial fibrillation|Vorhofflimmern|Fibrilación auricular
I50|Heart failure|Herzinsuffizienz,Herzschwäche|Insuficiencia cardíaca
I63|Stroke,cerebral infarction|Schlaganfall,Hirninfarkt|Ictus,infarto cerebral
G45|Transient ischaemic attack,TIA|Transitorische ischämische Attacke|Accidente isquémico transitorio
I73.9|Peripheral arterial disease|Periphere arterielle Verschlusskrankheit|Enfermedad arterial periférica
I80|Deep vein thrombosis,thrombosis|Thrombose,tiefe Venenthrombose|Trombosis venosa
I83|Varicose veins|Krampfadern|Varices
J00|Common cold|Erkältung|Resfriado
J02|Sore throat,pharyngitis|Halsentzündung|Faringitis
J03|Tonsillitis|Mandelentzündung|Amigdalitis
J11|Influenza,flu|Grippe|Gripe
J18|Pneumonia|Lungenentzündung|Neumonía
J20|Acute bronchitis|Akute Bronchitis|Bronquitis aguda
J30|Hay fever,allergic rhinitis|Heuschnupfen|Rinitis alérgica,fiebre del heno
J32|Chronic sinusitis|Chronische Nasennebenhöhlenentzündung|Sinusitis crónica
J44|COPD,chronic obstructive pulmonary disease|COPD,chronisch obstruktive Lungenerkrankung|EPOC
J45|Asthma|Asthma|Asma
U07.1|COVID-19|COVID-19|COVID-19
K21|Acid reflux,gastro-oesophageal reflux|Reflux,Sodbrennen|Reflujo gastroesofágico
K25|Stomach ulcer|Magengeschwür|Úlcera gástrica
K29|Gastritis|Gastritis,Magenschleimhautentzündung|Gastritis
K35|Appendicitis|Blinddarmentzündung|Apendicitis
K40|Inguinal hernia|Leistenbruch|Hernia inguinal
K50|Crohn's disease|Morbus Crohn|Enfermedad de Crohn
K51|Ulcerative colitis|Colitis ulcerosa|Colitis ulcerosa
K57|Diverticular disease|Divertikelkrankheit|Enfermedad diverticular
K58|Irritable bowel syndrome|Reizdarm|Síndrome del intestino irritable
K74|Cirrhosis of the liver|Leberzirrhose|Cirrosis hepática
K76.0|Fatty liver|Fettleber|Hígado graso
K80|Gallstones|Gallensteine|Cálculos biliares
K90.0|Coeliac disease|Zöliakie|Enfermedad celíaca
L20|Atopic dermatitis,eczema|Neurodermitis|Dermatitis atópica
L40|Psoriasis|Schuppenflechte,Psoriasis|Psoriasis
L50|Hives,urticaria|Nesselsucht|Urticaria
L70|Acne|Akne|Acné
M05|Rheumatoid arthritis|Rheumatoide Arthritis,Rheuma|Artritis reumatoide
M10|Gout|Gicht|Gota
M16|Arthrosis of the hip,osteoarthritis of the hip|Hüftarthrose|Artrosis de cadera
M17|Arthrosis of the knee,osteoarthritis of the knee|Kniearthrose|Artrosis de rodilla
M32|Lupus erythematosus|Lupus erythematodes|Lupus eritematoso
M45|Ankylosing spondylitis|Morbus Bechterew|Espondilitis anquilosante
M51|Slipped disc,herniated disc|Bandscheibenvorfall|Hernia de disco
M54.5|Low back pain|Kreuzschmerzen,Rückenschmerzen|Lumbalgia
M79.7|Fibromyalgia|Fibromyalgie|Fibromialgia
M81|Osteoporosis|Osteoporose|Osteoporosis
N18|Chronic kidney disease|Chronische Nierenkrankheit|Enfermedad renal crónica
N20|Kidney stones|Nierensteine|Cálculos renales
N30|Bladder infection,cystitis|Blasenentzündung|Cistitis
N39.0|Urinary tract infection|Harnwegsinfekt|Infección urinaria
N40|Enlarged prostate|Vergrößerte Prostata|Hiperplasia de próstata
N80|Endometriosis|Endometriose|Endometriosis
O24|Diabetes in pregnancy|Schwangerschaftsdiabetes|Diabetes gestacional
Q21|Congenital heart defect|Angeborener Herzfehler|Cardiopatía congénita
Q90|Down syndrome|Down-Syndrom|Síndrome de Down
R51|Headache|Kopfschmerzen|Dolor de cabeza
S06.0|Concussion|Gehirnerschütterung|Conmoción cerebral
S52|Broken forearm|Unterarmbruch|Fractura de antebrazo
S72|Broken thigh bone|Oberschenkelbruch|Fractura de fémur
S82|Broken lower leg|Unterschenkelbruch|Fractura de pierna
Z94.0|Kidney transplant|Nierentransplantation|Trasplante de riñón
Z95.0|Pacemaker|Herzschrittmacher|Marcapasos`;
