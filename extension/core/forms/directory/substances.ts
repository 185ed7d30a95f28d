/** Groups of medicines that people are allergic to as a whole: `name|ATC codes that begin so|English|German|Spanish`. */
export const CLASSES = `
penicillins|J01C|Penicillin,penicillins|Penicillin,Penicilline|Penicilina,penicilinas
cephalosporins|J01DB J01DC J01DD J01DE|Cephalosporins,cephalosporin|Cephalosporine,Cephalosporin|Cefalosporinas,cefalosporina
sulfonamides|J01EB J01EC J01EE|Sulfonamides,sulfa drugs,sulfa antibiotics|Sulfonamide|Sulfonamidas,sulfas
tetracyclines|J01A|Tetracyclines,tetracycline|Tetracycline,Tetrazykline|Tetraciclinas,tetraciclina
macrolides|J01FA|Macrolides,macrolide antibiotics|Makrolide|Macrólidos
quinolones|J01M|Quinolones,fluoroquinolones|Chinolone,Fluorchinolone|Quinolonas
nsaids|M01A N02BA B01AC06|NSAIDs,anti-inflammatory painkillers|NSAR,entzündungshemmende Schmerzmittel|AINE,antiinflamatorios
opioids|N02A R05DA04|Opioids,opiates|Opioide,Opiate|Opioides,opiáceos
statins|C10AA|Statins|Statine|Estatinas
ace-inhibitors|C09A C09B|ACE inhibitors|ACE-Hemmer|Inhibidores de la ECA
heparins|B01AB|Heparin,heparins|Heparin,Heparine|Heparina,heparinas`;

/** What else people are allergic to: `|English|German|Spanish`. */
export const SUBSTANCES = `
|Peanut,peanuts|Erdnuss,Erdnüsse|Cacahuete,maní
|Tree nuts,nuts|Nüsse,Schalenfrüchte|Frutos secos,nueces
|Hazelnut|Haselnuss|Avellana
|Walnut|Walnuss|Nuez
|Almond|Mandel|Almendra
|Cashew|Cashew|Anacardo
|Cow's milk,milk|Kuhmilch,Milch|Leche de vaca
|Egg,hen's egg|Hühnerei,Ei|Huevo
|Fish|Fisch|Pescado
|Shellfish,crustaceans|Krebstiere,Meeresfrüchte|Marisco,crustáceos
|Soy,soya|Soja|Soja
|Wheat|Weizen|Trigo
|Gluten|Gluten|Gluten
|Sesame|Sesam|Sésamo
|Celery|Sellerie|Apio
|Mustard|Senf|Mostaza
|Lupin|Lupine|Altramuz
|Kiwi|Kiwi|Kiwi
|Strawberry|Erdbeere|Fresa
|Apple|Apfel|Manzana
|Banana|Banane|Plátano
|Tomato|Tomate|Tomate
|Chocolate|Schokolade|Chocolate
|Grass pollen,grass|Gräserpollen,Gräser|Polen de gramíneas
|Birch pollen,birch|Birkenpollen,Birke|Polen de abedul
|Ragweed pollen|Ambrosiapollen|Polen de ambrosía
|Olive pollen|Olivenpollen|Polen de olivo
|Pollen|Pollen|Polen
|House dust mite,dust mite|Hausstaubmilbe,Hausstaub|Ácaros del polvo
|Mould|Schimmelpilz|Moho
|Cat hair,cats|Katzenhaar,Katze|Pelo de gato
|Dog hair,dogs|Hundehaar,Hund|Pelo de perro
|Horse hair,horses|Pferdehaar,Pferd|Pelo de caballo
|Bee venom,bee sting|Bienengift,Bienenstich|Veneno de abeja
|Wasp venom,wasp sting|Wespengift,Wespenstich|Veneno de avispa
|Latex|Latex|Látex
|Nickel|Nickel|Níquel
|Fragrances,perfume|Duftstoffe,Parfüm|Perfumes,fragancias
|Adhesive plaster|Pflaster|Esparadrapo
|Iodinated contrast medium,contrast medium|Iodhaltiges Kontrastmittel,Kontrastmittel|Contraste yodado
|Iodine|Iod,Jod|Yodo
|Local anaesthetics|Lokalanästhetika|Anestésicos locales
|Sun,sunlight|Sonne,Sonnenlicht|Sol`;
