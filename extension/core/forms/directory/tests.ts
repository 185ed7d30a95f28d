/** Tests: `LOINC|English|German|Spanish`, other words for the same after commas. */
export const TESTS = `
4548-4|Haemoglobin A1c,HbA1c,long-term sugar|HbA1c,Langzeitzucker|Hemoglobina glicosilada,HbA1c
718-7|Haemoglobin|Hämoglobin|Hemoglobina
4544-3|Haematocrit|Hämatokrit|Hematocrito
789-8|Red blood cells,erythrocytes|Rote Blutkörperchen,Erythrozyten|Glóbulos rojos,eritrocitos
6690-2|White blood cells,leukocytes|Weiße Blutkörperchen,Leukozyten|Glóbulos blancos,leucocitos
777-3|Platelets|Blutplättchen,Thrombozyten|Plaquetas
787-2|Mean red cell volume,MCV|MCV|Volumen corpuscular medio
785-6|Mean red cell haemoglobin,MCH|MCH|Hemoglobina corpuscular media
2160-0|Creatinine|Kreatinin|Creatinina
33914-3|Kidney function,estimated GFR,eGFR|Nierenfunktion,eGFR|Filtrado glomerular
3094-0|Urea nitrogen,BUN|Harnstoff-Stickstoff|Nitrógeno ureico
3084-1|Uric acid,urate|Harnsäure|Ácido úrico
2951-2|Sodium|Natrium|Sodio
2823-3|Potassium|Kalium|Potasio
2075-0|Chloride|Chlorid|Cloruro
17861-6|Calcium|Calcium|Calcio
19123-9|Magnesium|Magnesium|Magnesio
2777-1|Phosphate|Phosphat|Fosfato
2093-3|Total cholesterol,cholesterol|Gesamtcholesterin,Cholesterin|Colesterol total
2085-9|HDL cholesterol|HDL-Cholesterin|Colesterol HDL
13457-7|LDL cholesterol|LDL-Cholesterin|Colesterol LDL
2571-8|Triglycerides|Triglyzeride|Triglicéridos
1742-6|ALT,alanine aminotransferase|ALT,GPT|ALT,GPT
1920-8|AST,aspartate aminotransferase|AST,GOT|AST,GOT
2324-2|Gamma-GT,GGT|Gamma-GT,GGT|Gamma GT
6768-6|Alkaline phosphatase|Alkalische Phosphatase|Fosfatasa alcalina
1975-2|Total bilirubin,bilirubin|Gesamtbilirubin,Bilirubin|Bilirrubina total
1751-7|Albumin|Albumin|Albúmina
2885-2|Total protein|Gesamteiweiß|Proteínas totales
2276-4|Ferritin|Ferritin|Ferritina
2498-4|Iron|Eisen|Hierro
2132-9|Vitamin B12|Vitamin B12|Vitamina B12
2284-8|Folate|Folsäure|Folato
1989-3|Vitamin D,25-hydroxyvitamin D3|Vitamin D|Vitamina D
3016-3|TSH,thyroid-stimulating hormone|TSH|TSH
3024-7|Free T4|Freies T4|T4 libre
3051-0|Free T3|Freies T3|T3 libre
1988-5|C-reactive protein,CRP|CRP,C-reaktives Protein|Proteína C reactiva
4537-7|Sedimentation rate,ESR|Blutsenkung,BSG|Velocidad de sedimentación
6301-6|INR|INR|INR
5902-2|Prothrombin time|Prothrombinzeit|Tiempo de protrombina
2857-1|PSA,prostate-specific antigen|PSA|PSA,antígeno prostático
2532-0|LDH,lactate dehydrogenase|LDH|LDH
2157-6|Creatine kinase,CK|Kreatinkinase,CK|Creatina quinasa
1798-8|Amylase|Amylase|Amilasa
3040-3|Lipase|Lipase|Lipasa
9318-7|Albumin/creatinine ratio in urine|Albumin-Kreatinin-Quotient im Urin|Cociente albúmina/creatinina
9279-1|Breathing rate,respiratory rate|Atemfrequenz|Frecuencia respiratoria
39156-5|Body mass index,BMI|Body-Mass-Index,BMI|Índice de masa corporal
56086-2|Waist circumference|Bauchumfang|Perímetro de cintura
9843-4|Head circumference|Kopfumfang|Perímetro cefálico
19935-6|Peak flow,peak expiratory flow|Peak-Flow|Flujo espiratorio máximo`;
