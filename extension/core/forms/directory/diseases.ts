/** Diseases that are common: `ICD-10 (WHO)|English|German|Spanish|Arabic`, other words for the same after commas. */
export const DISEASES = `
A04.7|Clostridioides difficile infection|Clostridioides-difficile-Infektion|Infección por Clostridioides difficile|عدوى المطثية العسيرة
A09|Gastroenteritis,stomach flu|Magen-Darm-Grippe,Gastroenteritis|Gastroenteritis|التهاب المعدة والأمعاء,نزلة معوية
A15|Tuberculosis|Tuberkulose|Tuberculosis|السل,الدرن
A69.2|Lyme disease|Borreliose,Lyme-Krankheit|Enfermedad de Lyme|داء لايم
B00|Herpes simplex,cold sores|Herpes simplex,Lippenherpes|Herpes simple|الهربس البسيط,هربس,قروح البرد
B01|Chickenpox,varicella|Windpocken,Varizellen|Varicela|جدري الماء,الحماق
B02|Shingles,herpes zoster|Gürtelrose,Herpes zoster|Herpes zóster,culebrilla|الحزام الناري,الهربس النطاقي
B05|Measles|Masern|Sarampión|الحصبة
B26|Mumps|Mumps|Paperas|النكاف
B18.1|Chronic hepatitis B|Chronische Hepatitis B|Hepatitis B crónica|التهاب الكبد B المزمن,التهاب الكبد ب المزمن
B18.2|Chronic hepatitis C|Chronische Hepatitis C|Hepatitis C crónica|التهاب الكبد C المزمن,التهاب الكبد ج المزمن
B24|HIV infection|HIV-Infektion|Infección por VIH|عدوى فيروس نقص المناعة البشرية,الإيدز
B54|Malaria|Malaria|Malaria,paludismo|الملاريا
C16|Stomach cancer|Magenkrebs|Cáncer de estómago|سرطان المعدة
C18|Colon cancer,bowel cancer|Dickdarmkrebs,Darmkrebs|Cáncer de colon|سرطان القولون
C20|Rectal cancer|Enddarmkrebs|Cáncer de recto|سرطان المستقيم
C25|Pancreatic cancer|Bauchspeicheldrüsenkrebs|Cáncer de páncreas|سرطان البنكرياس
C34|Lung cancer|Lungenkrebs|Cáncer de pulmón|سرطان الرئة
C43|Melanoma,skin cancer|Melanom,schwarzer Hautkrebs|Melanoma|الميلانوما,سرطان الجلد
C50|Breast cancer|Brustkrebs|Cáncer de mama|سرطان الثدي
C53|Cervical cancer|Gebärmutterhalskrebs|Cáncer de cuello uterino|سرطان عنق الرحم
C56|Ovarian cancer|Eierstockkrebs|Cáncer de ovario|سرطان المبيض
C61|Prostate cancer|Prostatakrebs|Cáncer de próstata|سرطان البروستاتا
C64|Kidney cancer|Nierenkrebs|Cáncer de riñón|سرطان الكلية
C67|Bladder cancer|Blasenkrebs|Cáncer de vejiga|سرطان المثانة
C73|Thyroid cancer|Schilddrüsenkrebs|Cáncer de tiroides|سرطان الغدة الدرقية
D50|Iron deficiency anaemia,anemia|Eisenmangelanämie,Blutarmut|Anemia ferropénica|فقر الدم بنقص الحديد,أنيميا
D51|Vitamin B12 deficiency anaemia|Vitamin-B12-Mangelanämie|Anemia por deficiencia de vitamina B12|فقر الدم بنقص فيتامين B12
D57|Sickle cell disease|Sichelzellkrankheit|Anemia falciforme|فقر الدم المنجلي,الأنيميا المنجلية
D56|Thalassaemia|Thalassämie|Talasemia|الثلاسيميا
D66|Haemophilia A|Hämophilie A|Hemofilia A|الناعور A,الهيموفيليا A
E03|Hypothyroidism,underactive thyroid|Hypothyreose,Schilddrüsenunterfunktion|Hipotiroidismo|قصور الغدة الدرقية,خمول الغدة الدرقية
E05|Hyperthyroidism,overactive thyroid|Hyperthyreose,Schilddrüsenüberfunktion|Hipertiroidismo|فرط نشاط الغدة الدرقية
E06.3|Hashimoto thyroiditis|Hashimoto-Thyreoiditis|Tiroiditis de Hashimoto|التهاب الغدة الدرقية لهاشيموتو
E10|Type 1 diabetes|Typ-1-Diabetes,Zuckerkrankheit|Diabetes tipo 1|السكري من النوع 1,داء السكري
E11|Type 2 diabetes|Typ-2-Diabetes,Zuckerkrankheit|Diabetes tipo 2|السكري من النوع 2,داء السكري
E28.2|Polycystic ovary syndrome,PCOS|Polyzystisches Ovarialsyndrom|Síndrome de ovario poliquístico|متلازمة المبيض متعدد الكيسات,تكيس المبايض
E55|Vitamin D deficiency|Vitamin-D-Mangel|Deficiencia de vitamina D|نقص فيتامين D,نقص فيتامين د
E66|Obesity|Adipositas,Übergewicht|Obesidad|السمنة
E73|Lactose intolerance|Laktoseintoleranz|Intolerancia a la lactosa|عدم تحمل اللاكتوز
E78.0|High cholesterol,hypercholesterolaemia|Hohes Cholesterin,Hypercholesterinämie|Colesterol alto,hipercolesterolemia|ارتفاع الكوليسترول
E78.5|High blood lipids,hyperlipidaemia|Hohe Blutfette,Hyperlipidämie|Hiperlipidemia|ارتفاع دهون الدم
E84|Cystic fibrosis|Mukoviszidose|Fibrosis quística|التليف الكيسي
F03|Dementia|Demenz|Demencia|الخرف
F10.2|Alcohol dependence|Alkoholabhängigkeit|Dependencia del alcohol|الاعتماد على الكحول,إدمان الكحول
F20|Schizophrenia|Schizophrenie|Esquizofrenia|الفصام
F31|Bipolar disorder|Bipolare Störung|Trastorno bipolar|الاضطراب ثنائي القطب
F32|Depression|Depression|Depresión|الاكتئاب
F41.1|Anxiety disorder|Angststörung|Trastorno de ansiedad|اضطراب القلق,قلق
F42|Obsessive-compulsive disorder,OCD|Zwangsstörung|Trastorno obsesivo-compulsivo|الوسواس القهري,وسواس
F43.1|Post-traumatic stress disorder,PTSD|Posttraumatische Belastungsstörung|Trastorno por estrés postraumático|اضطراب ما بعد الصدمة,اضطراب الكرب التالي للصدمة
F50.0|Anorexia nervosa|Magersucht,Anorexie|Anorexia nerviosa|فقدان الشهية العصبي
F84.0|Autism|Autismus|Autismo|التوحد
F90.0|ADHD,attention deficit disorder|ADHS,Aufmerksamkeitsstörung|TDAH,trastorno por déficit de atención|فرط الحركة ونقص الانتباه
G20|Parkinson's disease|Parkinson-Krankheit|Enfermedad de Parkinson|مرض باركنسون,الشلل الرعاش
G30|Alzheimer's disease|Alzheimer-Krankheit|Enfermedad de Alzheimer|مرض ألزهايمر,الزهايمر
G35|Multiple sclerosis|Multiple Sklerose|Esclerosis múltiple|التصلب المتعدد,التصلب اللويحي
G40|Epilepsy|Epilepsie|Epilepsia|الصرع
G43|Migraine|Migräne|Migraña|الشقيقة,صداع نصفي
G44.2|Tension headache|Spannungskopfschmerz|Cefalea tensional|صداع التوتر
G47.0|Insomnia|Schlaflosigkeit|Insomnio|الأرق
G47.3|Sleep apnoea|Schlafapnoe|Apnea del sueño|انقطاع النفس أثناء النوم
G56.0|Carpal tunnel syndrome|Karpaltunnelsyndrom|Síndrome del túnel carpiano|متلازمة النفق الرسغي
G62|Polyneuropathy|Polyneuropathie|Polineuropatía|اعتلال الأعصاب المتعدد
H25|Cataract|Grauer Star,Katarakt|Catarata|الساد,الماء الأبيض,كتاراكت
H40|Glaucoma|Grüner Star,Glaukom|Glaucoma|الزرق,الماء الأزرق,غلوكوما
H35.3|Macular degeneration|Makuladegeneration|Degeneración macular|التنكس البقعي
H52.1|Short-sightedness,myopia|Kurzsichtigkeit|Miopía|قصر النظر
H66|Middle ear infection,otitis media|Mittelohrentzündung|Otitis media|التهاب الأذن الوسطى
H90|Hearing loss|Schwerhörigkeit|Pérdida de audición|ضعف السمع
H93.1|Tinnitus|Tinnitus|Acúfenos,tinnitus|طنين الأذن
I10|High blood pressure,hypertension|Bluthochdruck,Hypertonie|Hipertensión,presión alta|ارتفاع ضغط الدم,ضغط مرتفع
I20|Angina|Angina pectoris|Angina de pecho|الذبحة الصدرية
I21|Heart attack,myocardial infarction|Herzinfarkt|Infarto de miocardio|النوبة القلبية,جلطة قلبية,احتشاء عضلة القلب
I25|Coronary heart disease|Koronare Herzkrankheit|Cardiopatía isquémica|مرض الشرايين التاجية
I26|Pulmonary embolism|Lungenembolie|Embolia pulmonar|الانصمام الرئوي,جلطة الرئة
I48|Atrial fibrillation|Vorhofflimmern|Fibrilación auricular|الرجفان الأذيني
I50|Heart failure|Herzinsuffizienz,Herzschwäche|Insuficiencia cardíaca|قصور القلب,ضعف عضلة القلب
I63|Stroke,cerebral infarction|Schlaganfall,Hirninfarkt|Ictus,infarto cerebral|السكتة الدماغية,جلطة دماغية
G45|Transient ischaemic attack,TIA|Transitorische ischämische Attacke|Accidente isquémico transitorio|نوبة نقص التروية العابرة
I73.9|Peripheral arterial disease|Periphere arterielle Verschlusskrankheit|Enfermedad arterial periférica|مرض الشرايين المحيطية
I80|Deep vein thrombosis,thrombosis|Thrombose,tiefe Venenthrombose|Trombosis venosa|الخثار الوريدي,جلطة وريدية
I83|Varicose veins|Krampfadern|Varices|الدوالي
J00|Common cold|Erkältung|Resfriado|الزكام,نزلة برد
J02|Sore throat,pharyngitis|Halsentzündung|Faringitis|التهاب الحلق
J03|Tonsillitis|Mandelentzündung|Amigdalitis|التهاب اللوزتين
J11|Influenza,flu|Grippe|Gripe|الإنفلونزا
J18|Pneumonia|Lungenentzündung|Neumonía|الالتهاب الرئوي,ذات الرئة
J20|Acute bronchitis|Akute Bronchitis|Bronquitis aguda|التهاب القصبات الحاد
J30|Hay fever,allergic rhinitis|Heuschnupfen|Rinitis alérgica,fiebre del heno|حمى القش,التهاب الأنف التحسسي
J32|Chronic sinusitis|Chronische Nasennebenhöhlenentzündung|Sinusitis crónica|التهاب الجيوب المزمن
J44|COPD,chronic obstructive pulmonary disease|COPD,chronisch obstruktive Lungenerkrankung|EPOC|الانسداد الرئوي المزمن
J45|Asthma|Asthma|Asma|الربو
U07.1|COVID-19|COVID-19|COVID-19|كوفيد-19,كورونا
K21|Acid reflux,gastro-oesophageal reflux|Reflux,Sodbrennen|Reflujo gastroesofágico|الارتجاع المريئي,حرقة المعدة
K25|Stomach ulcer|Magengeschwür|Úlcera gástrica|قرحة المعدة
K29|Gastritis|Gastritis,Magenschleimhautentzündung|Gastritis|التهاب المعدة
K35|Appendicitis|Blinddarmentzündung|Apendicitis|التهاب الزائدة الدودية
K40|Inguinal hernia|Leistenbruch|Hernia inguinal|الفتق الإربي
K50|Crohn's disease|Morbus Crohn|Enfermedad de Crohn|داء كرون
K51|Ulcerative colitis|Colitis ulcerosa|Colitis ulcerosa|التهاب القولون التقرحي
K57|Diverticular disease|Divertikelkrankheit|Enfermedad diverticular|داء الرتوج
K58|Irritable bowel syndrome|Reizdarm|Síndrome del intestino irritable|القولون العصبي
K74|Cirrhosis of the liver|Leberzirrhose|Cirrosis hepática|تشمع الكبد,تليف الكبد
K76.0|Fatty liver|Fettleber|Hígado graso|الكبد الدهني
K80|Gallstones|Gallensteine|Cálculos biliares|حصى المرارة,حصوات المرارة
K90.0|Coeliac disease|Zöliakie|Enfermedad celíaca|الداء البطني,حساسية القمح
L20|Atopic dermatitis,eczema|Neurodermitis|Dermatitis atópica|التهاب الجلد التأتبي,إكزيما
L40|Psoriasis|Schuppenflechte,Psoriasis|Psoriasis|الصدفية
L50|Hives,urticaria|Nesselsucht|Urticaria|الشرى,أرتيكاريا
L70|Acne|Akne|Acné|حب الشباب
M05|Rheumatoid arthritis|Rheumatoide Arthritis,Rheuma|Artritis reumatoide|التهاب المفاصل الروماتويدي,روماتيزم
M10|Gout|Gicht|Gota|النقرس
M16|Arthrosis of the hip,osteoarthritis of the hip|Hüftarthrose|Artrosis de cadera|خشونة مفصل الورك
M17|Arthrosis of the knee,osteoarthritis of the knee|Kniearthrose|Artrosis de rodilla|خشونة الركبة
M32|Lupus erythematosus|Lupus erythematodes|Lupus eritematoso|الذئبة الحمراء
M45|Ankylosing spondylitis|Morbus Bechterew|Espondilitis anquilosante|التهاب الفقار اللاصق
M51|Slipped disc,herniated disc|Bandscheibenvorfall|Hernia de disco|الانزلاق الغضروفي,ديسك
M54.5|Low back pain|Kreuzschmerzen,Rückenschmerzen|Lumbalgia|ألم أسفل الظهر
M79.7|Fibromyalgia|Fibromyalgie|Fibromialgia|الفيبروميالجيا,الألم العضلي الليفي
M81|Osteoporosis|Osteoporose|Osteoporosis|هشاشة العظام
N18|Chronic kidney disease|Chronische Nierenkrankheit|Enfermedad renal crónica|مرض الكلى المزمن
N20|Kidney stones|Nierensteine|Cálculos renales|حصى الكلى,حصوات الكلى
N30|Bladder infection,cystitis|Blasenentzündung|Cistitis|التهاب المثانة
N39.0|Urinary tract infection|Harnwegsinfekt|Infección urinaria|التهاب المسالك البولية
N40|Enlarged prostate|Vergrößerte Prostata|Hiperplasia de próstata|تضخم البروستاتا
N80|Endometriosis|Endometriose|Endometriosis|بطانة الرحم المهاجرة
O24|Diabetes in pregnancy|Schwangerschaftsdiabetes|Diabetes gestacional|سكري الحمل
Q21|Congenital heart defect|Angeborener Herzfehler|Cardiopatía congénita|عيب خلقي في القلب
Q90|Down syndrome|Down-Syndrom|Síndrome de Down|متلازمة داون
R51|Headache|Kopfschmerzen|Dolor de cabeza|الصداع
S06.0|Concussion|Gehirnerschütterung|Conmoción cerebral|ارتجاج الدماغ
S52|Broken forearm|Unterarmbruch|Fractura de antebrazo|كسر الساعد
S72|Broken thigh bone|Oberschenkelbruch|Fractura de fémur|كسر الفخذ
S82|Broken lower leg|Unterschenkelbruch|Fractura de pierna|كسر الساق
Z94.0|Kidney transplant|Nierentransplantation|Trasplante de riñón|زراعة كلية
Z95.0|Pacemaker|Herzschrittmacher|Marcapasos|منظم ضربات القلب`;
