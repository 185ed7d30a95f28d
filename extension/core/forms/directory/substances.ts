/** Groups of medicines that people are allergic to as a whole: `name|ATC codes that begin so|English|German|Spanish|Arabic`. */
export const CLASSES = `
penicillins|J01C|Penicillin,penicillins|Penicillin,Penicilline|Penicilina,penicilinas|بنسلين,البنسلين,بنسلينات
cephalosporins|J01DB J01DC J01DD J01DE|Cephalosporins,cephalosporin|Cephalosporine,Cephalosporin|Cefalosporinas,cefalosporina|سيفالوسبورينات,السيفالوسبورينات,سيفالوسبورين
sulfonamides|J01EB J01EC J01EE|Sulfonamides,sulfa drugs,sulfa antibiotics|Sulfonamide|Sulfonamidas,sulfas|سلفوناميدات,السلفا,سلفا
tetracyclines|J01A|Tetracyclines,tetracycline|Tetracycline,Tetrazykline|Tetraciclinas,tetraciclina|تتراسيكلينات,تتراسيكلين
macrolides|J01FA|Macrolides,macrolide antibiotics|Makrolide|Macrólidos|ماكروليدات,الماكروليدات
quinolones|J01M|Quinolones,fluoroquinolones|Chinolone,Fluorchinolone|Quinolonas|كينولونات,فلوروكينولونات
nsaids|M01A N02BA B01AC06|NSAIDs,anti-inflammatory painkillers|NSAR,entzündungshemmende Schmerzmittel|AINE,antiinflamatorios|مضادات الالتهاب غير الستيرويدية,مسكنات مضادة للالتهاب
opioids|N02A R05DA04|Opioids,opiates|Opioide,Opiate|Opioides,opiáceos|أفيونيات,أدوية أفيونية
statins|C10AA|Statins|Statine|Estatinas|ستاتينات,الستاتينات
ace-inhibitors|C09A C09B|ACE inhibitors|ACE-Hemmer|Inhibidores de la ECA|مثبطات الإنزيم المحول للأنجيوتنسين
heparins|B01AB|Heparin,heparins|Heparin,Heparine|Heparina,heparinas|هيبارين,الهيبارين`;

/** What else people are allergic to: `|English|German|Spanish|Arabic`. */
export const SUBSTANCES = `
|Peanut,peanuts|Erdnuss,Erdnüsse|Cacahuete,maní|الفول السوداني,فول سوداني
|Tree nuts,nuts|Nüsse,Schalenfrüchte|Frutos secos,nueces|المكسرات
|Hazelnut|Haselnuss|Avellana|البندق
|Walnut|Walnuss|Nuez|الجوز,عين الجمل
|Almond|Mandel|Almendra|اللوز
|Cashew|Cashew|Anacardo|الكاجو
|Cow's milk,milk|Kuhmilch,Milch|Leche de vaca|حليب البقر,حليب
|Egg,hen's egg|Hühnerei,Ei|Huevo|البيض
|Fish|Fisch|Pescado|السمك
|Shellfish,crustaceans|Krebstiere,Meeresfrüchte|Marisco,crustáceos|القشريات,مأكولات بحرية
|Soy,soya|Soja|Soja|الصويا
|Wheat|Weizen|Trigo|القمح
|Gluten|Gluten|Gluten|الغلوتين
|Sesame|Sesam|Sésamo|السمسم
|Celery|Sellerie|Apio|الكرفس
|Mustard|Senf|Mostaza|الخردل
|Lupin|Lupine|Altramuz|الترمس
|Kiwi|Kiwi|Kiwi|الكيوي
|Strawberry|Erdbeere|Fresa|الفراولة
|Apple|Apfel|Manzana|التفاح
|Banana|Banane|Plátano|الموز
|Tomato|Tomate|Tomate|الطماطم,بندورة
|Chocolate|Schokolade|Chocolate|الشوكولاتة
|Grass pollen,grass|Gräserpollen,Gräser|Polen de gramíneas|لقاح الأعشاب,لقاح النجيليات
|Birch pollen,birch|Birkenpollen,Birke|Polen de abedul|لقاح البتولا
|Ragweed pollen|Ambrosiapollen|Polen de ambrosía|لقاح عشبة الرجيد
|Olive pollen|Olivenpollen|Polen de olivo|لقاح الزيتون
|Pollen|Pollen|Polen|غبار الطلع,حبوب اللقاح
|House dust mite,dust mite|Hausstaubmilbe,Hausstaub|Ácaros del polvo|عث غبار المنزل,غبار المنزل
|Mould|Schimmelpilz|Moho|العفن
|Cat hair,cats|Katzenhaar,Katze|Pelo de gato|وبر القطط,قطط
|Dog hair,dogs|Hundehaar,Hund|Pelo de perro|وبر الكلاب,كلاب
|Horse hair,horses|Pferdehaar,Pferd|Pelo de caballo|شعر الخيل,خيل
|Bee venom,bee sting|Bienengift,Bienenstich|Veneno de abeja|سم النحل,لسعة نحلة
|Wasp venom,wasp sting|Wespengift,Wespenstich|Veneno de avispa|سم الدبابير,لسعة دبور
|Latex|Latex|Látex|اللاتكس
|Nickel|Nickel|Níquel|النيكل
|Fragrances,perfume|Duftstoffe,Parfüm|Perfumes,fragancias|العطور
|Adhesive plaster|Pflaster|Esparadrapo|اللصقات الطبية,لصقة
|Iodinated contrast medium,contrast medium|Iodhaltiges Kontrastmittel,Kontrastmittel|Contraste yodado|صبغة الأشعة اليودية,صبغة الأشعة
|Iodine|Iod,Jod|Yodo|اليود
|Local anaesthetics|Lokalanästhetika|Anestésicos locales|مخدرات موضعية,التخدير الموضعي
|Sun,sunlight|Sonne,Sonnenlicht|Sol|الشمس,أشعة الشمس`;
