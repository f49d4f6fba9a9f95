// Given names that are frequent in the languages that the rules know, and words that look like names.

extension CueLexicon {
    /// Words by role, between spaces.
    static let nameWords: [(CueRole, String)] = [
        (
            .firstName,
            """
            james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony \
            donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan \
            jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander \
            frank patrick raymond jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle \
            walter ethan jeremy harold keith roger noah gerald carl terry sean austin arthur lawrence jesse dylan \
            bryan joe jordan billy bruce albert willie gabriel logan alan juan wayne roy ralph randy eugene vincent \
            russell louis bobby philip johnny mary patricia jennifer linda elizabeth barbara susan jessica sarah karen \
            lisa nancy betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah \
            stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen \
            samantha katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia \
            joyce virginia victoria kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline \
            martha gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace \
            denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla \
            alexis lori hans peter klaus wolfgang jürgen stefan andreas uwe dieter günter karl heinz helmut bernd \
            frank matthias jan markus sven torsten jens ralf ursula monika petra sabine renate helga karin brigitte \
            ingrid gisela claudia susanne gabriele kerstin heike angelika katrin anja birgit lukas felix leon jonas \
            maximilian paula lena mia pierre jean michel philippe alain bernard christophe nicolas laurent julien \
            françois guillaume antoine isabelle nathalie sylvie valérie sandrine céline aurélie camille chloé léa \
            manon antonio manuel francisco carlos javier miguel rafael pedro alejandro fernando luis sergio pablo jorge \
            alberto álvaro diego raúl carmen josefa isabel dolores pilar teresa lucía cristina marta elena rosa \
            giuseppe giovanni mario luigi francesco angelo vincenzo pietro salvatore marco matteo lorenzo andrea giulia \
            chiara francesca alessandro stefano roberto joão antónio ana mariana beatriz inês tiago rui johan pieter \
            willem kees hendrik sanne anouk femke piotr krzysztof andrzej tomasz paweł michał marcin agnieszka \
            katarzyna małgorzata ewa joanna lars erik anders mikael karl nils sven olof birgitta kristina ingrid mats \
            mikko juhani matti timo jari anneli tuula ole bjørn kari anne mohammed muhammad ahmed ali omar hassan \
            ibrahim fatima aisha khadija yusuf raj amit sanjay rahul priya anjali sunita vijay ravi deepak neha pooja \
            wei li wang zhang chen yang hiroshi takashi yuki kenji sakura minjun jiwoo ivan dmitri sergei natalia \
            olga svetlana tatiana vladimir alexei oscar leo theo max hugo oliver harry charlie freddie lily poppy ada
            """
        ),
        (
            .noName,
            """
            sir madam team all customer customers everyone everybody there friend friends folks guys colleague \
            colleagues member members user users support service reader readers editor manager hiring committee \
            monday tuesday wednesday thursday friday saturday sunday the this that these those i we you he she it \
            they my your his her our their is am are was were be been being have has had do does did not no yes ok \
            okay please thanks thank again so and or but if then when where what who why how which can could would \
            should will may might must shall a an of in on at to for from with by about as into like through after \
            over between out against during without before under around among re fw fwd subject date phone email \
            address hello hi dear good just also very really here now today tomorrow yesterday next last new old \
            herren damen und oder der die das ein eine ist sind et le la les un une des du y el los las una e il lo \
            gli i o os as um uma mum mom dad bot assistant hey sorry sure great well welcome black red same going \
            sales billing accounts reception help desk inc ltd llc gmbh corp company bank university hospital school \
            alexa siri god jesus santa christmas easter
            """
        ),
    ]
}
