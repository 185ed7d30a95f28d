/** Tests: `LOINC|English|German|Spanish|Arabic`, other words for the same after commas. */
export const TESTS = `
4548-4|Haemoglobin A1c,HbA1c,long-term sugar|HbA1c,Langzeitzucker|Hemoglobina glicosilada,HbA1c|الهيموغلوبين السكري,السكر التراكمي,HbA1c
718-7|Haemoglobin|Hämoglobin|Hemoglobina|الهيموغلوبين,خضاب الدم
4544-3|Haematocrit|Hämatokrit|Hematocrito|الهيماتوكريت
789-8|Red blood cells,erythrocytes|Rote Blutkörperchen,Erythrozyten|Glóbulos rojos,eritrocitos|كريات الدم الحمراء
6690-2|White blood cells,leukocytes|Weiße Blutkörperchen,Leukozyten|Glóbulos blancos,leucocitos|كريات الدم البيضاء
777-3|Platelets|Blutplättchen,Thrombozyten|Plaquetas|الصفائح الدموية
787-2|Mean red cell volume,MCV|MCV|Volumen corpuscular medio|متوسط حجم الكرية,MCV
785-6|Mean red cell haemoglobin,MCH|MCH|Hemoglobina corpuscular media|متوسط هيموغلوبين الكرية,MCH
2160-0|Creatinine|Kreatinin|Creatinina|الكرياتينين
33914-3|Kidney function,estimated GFR,eGFR|Nierenfunktion,eGFR|Filtrado glomerular|وظائف الكلى,معدل الترشيح الكبيبي,eGFR
3094-0|Urea nitrogen,BUN|Harnstoff-Stickstoff|Nitrógeno ureico|نيتروجين اليوريا
3084-1|Uric acid,urate|Harnsäure|Ácido úrico|حمض اليوريك
2951-2|Sodium|Natrium|Sodio|الصوديوم
2823-3|Potassium|Kalium|Potasio|البوتاسيوم
2075-0|Chloride|Chlorid|Cloruro|الكلوريد
17861-6|Calcium|Calcium|Calcio|الكالسيوم
19123-9|Magnesium|Magnesium|Magnesio|المغنيسيوم
2777-1|Phosphate|Phosphat|Fosfato|الفوسفات
2093-3|Total cholesterol,cholesterol|Gesamtcholesterin,Cholesterin|Colesterol total|الكوليسترول الكلي,كوليسترول
2085-9|HDL cholesterol|HDL-Cholesterin|Colesterol HDL|كوليسترول HDL,الكوليسترول النافع
13457-7|LDL cholesterol|LDL-Cholesterin|Colesterol LDL|كوليسترول LDL,الكوليسترول الضار
2571-8|Triglycerides|Triglyzeride|Triglicéridos|الدهون الثلاثية,ثلاثي الغليسريد
1742-6|ALT,alanine aminotransferase|ALT,GPT|ALT,GPT|إنزيم الكبد ALT,ALT
1920-8|AST,aspartate aminotransferase|AST,GOT|AST,GOT|إنزيم الكبد AST,AST
2324-2|Gamma-GT,GGT|Gamma-GT,GGT|Gamma GT|إنزيم الكبد GGT,GGT
6768-6|Alkaline phosphatase|Alkalische Phosphatase|Fosfatasa alcalina|الفوسفاتاز القلوي
1975-2|Total bilirubin,bilirubin|Gesamtbilirubin,Bilirubin|Bilirrubina total|البيليروبين الكلي,بيليروبين
1751-7|Albumin|Albumin|Albúmina|الألبومين
2885-2|Total protein|Gesamteiweiß|Proteínas totales|البروتين الكلي
2276-4|Ferritin|Ferritin|Ferritina|الفيريتين,مخزون الحديد
2498-4|Iron|Eisen|Hierro|الحديد
2132-9|Vitamin B12|Vitamin B12|Vitamina B12|فيتامين B12,فيتامين ب12
2284-8|Folate|Folsäure|Folato|الفولات,حمض الفوليك
1989-3|Vitamin D,25-hydroxyvitamin D3|Vitamin D|Vitamina D|فيتامين D,فيتامين د
3016-3|TSH,thyroid-stimulating hormone|TSH|TSH|الهرمون المنبه للدرقية,TSH
3024-7|Free T4|Freies T4|T4 libre|T4 الحر
3051-0|Free T3|Freies T3|T3 libre|T3 الحر
1988-5|C-reactive protein,CRP|CRP,C-reaktives Protein|Proteína C reactiva|البروتين المتفاعل C,CRP
4537-7|Sedimentation rate,ESR|Blutsenkung,BSG|Velocidad de sedimentación|سرعة ترسب الدم,ESR
6301-6|INR|INR|INR|نسبة التخثر INR,INR
5902-2|Prothrombin time|Prothrombinzeit|Tiempo de protrombina|زمن البروثرومبين
2857-1|PSA,prostate-specific antigen|PSA|PSA,antígeno prostático|مستضد البروستاتا النوعي,PSA
2532-0|LDH,lactate dehydrogenase|LDH|LDH|نازعة هيدروجين اللاكتات,LDH
2157-6|Creatine kinase,CK|Kreatinkinase,CK|Creatina quinasa|كيناز الكرياتين,CK
1798-8|Amylase|Amylase|Amilasa|الأميلاز
3040-3|Lipase|Lipase|Lipasa|الليباز
9318-7|Albumin/creatinine ratio in urine|Albumin-Kreatinin-Quotient im Urin|Cociente albúmina/creatinina|نسبة الألبومين إلى الكرياتينين في البول
9279-1|Breathing rate,respiratory rate|Atemfrequenz|Frecuencia respiratoria|معدل التنفس,سرعة التنفس
39156-5|Body mass index,BMI|Body-Mass-Index,BMI|Índice de masa corporal|مؤشر كتلة الجسم,BMI
56086-2|Waist circumference|Bauchumfang|Perímetro de cintura|محيط الخصر
9843-4|Head circumference|Kopfumfang|Perímetro cefálico|محيط الرأس
19935-6|Peak flow,peak expiratory flow|Peak-Flow|Flujo espiratorio máximo|ذروة الجريان الزفيري`;
